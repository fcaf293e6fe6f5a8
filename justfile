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

# recompute the embedded panel of the first case from DATA
panel DATA="../shared/data":
    cargo run -q -p tarazu --no-default-features -- panel {{DATA}}/ucdp-country-month/country_month_by_type_1985_2024.csv --areas PAK,AFG,BGD,IND,IRN,LKA,NPL --from 1989-01 --to 2024-12 > /tmp/panel-countries.csv
    cargo run -q -p tarazu --no-default-features -- panel {{DATA}}/ged/pakistan-1989-2021.csv --version 22.1 --from 1989-01 --to 2021-12 | tail -n +2 | cat /tmp/panel-countries.csv - > cases/azm-i-istehkam/panel.csv
