"""How long the estimators of tarazu-effects take beside their peers, in one run on two cores.

    python bench/effects.py --golden ../shared/data/golden --speed target/release/examples/speed \
        [--rounds 5] [--only pysyncon,panelkit,rustmc,causalpy,tfcausalimpact] [--python NAME=PATH …]

First: cargo build --release -p tarazu-effects --example speed. Each peer runs in an interpreter of its own (from PyPI: pysyncon, panelkit, rustmc, causalpy with pymc-marketing and pymc-extras, tfcausalimpact), pinned to the same two cores as Tarazu. The clock runs from data in memory to the answer, so that neither side's start, imports and
reading of files count; the median of the rounds stands, of one round where a peer takes longer than a minute. Peak memory is of the whole
process, as the kernel counts it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time

TASKS = {
    "pysyncon": ("basque_quick", "Basque Country with 13 predictors, nested, and 16 placebos"),
    "panelkit": ("sdid", "synthetic difference-in-differences, California, and 38 placebos"),
    "rustmc": ("bsts", "local level, 240 months, 5 covariates, 4,000 draws"),
    "causalpy": ("bsts", "Bayesian structural time series, 240 months, 5 covariates, 4,000 draws"),
    "tfcausalimpact": ("bsts", "local level, 240 months, 5 covariates, 4,000 draws"),
}


def series():
    import numpy as np

    n = 240
    t = np.arange(n)
    x = np.column_stack([np.sin(t * (0.07 + 0.05 * k) + k) + ((t * 7 + k * 13) % 11) / 11 for k in range(5)])
    noise = ((t * 37 % 101) / 101 - 0.5) * 1.2
    y = 50 + np.sin(t / 40) + 1.5 * x[:, 0] - 0.8 * x[:, 1] + noise + 2.0 * (t >= 200)
    return y, x


def pysyncon(golden):
    import pandas as pd
    from pysyncon import Dataprep, Synth
    from pysyncon.utils import PlaceboTest

    data = pd.read_csv(os.path.join(golden, "basque.csv"))
    data["year"] = data["year"].astype(int)
    treated = "Basque Country (Pais Vasco)"
    controls = [u for u in data["regionname"].unique() if u not in (treated, "Spain (Espana)")]
    years = lambda a, b: range(a, b + 1)
    schooling = ["school.illit", "school.prim", "school.med", "school.high", "school.post.high", "invest"]
    sectors = ["sec.agriculture", "sec.energy", "sec.industry", "sec.construction", "sec.services.venta", "sec.services.nonventa"]
    prep = Dataprep(
        foo=data, predictors=schooling, predictors_op="mean", time_predictors_prior=years(1964, 1969),
        special_predictors=[("gdpcap", years(1960, 1969), "mean")] + [(s, years(1961, 1969), "mean") for s in sectors]
        + [("popdens", years(1969, 1969), "mean")],
        dependent="gdpcap", unit_variable="regionname", time_variable="year", treatment_identifier=treated,
        controls_identifier=controls, time_optimize_ssr=years(1960, 1969),
    )

    def run():
        synth = Synth()
        synth.fit(dataprep=prep)
        test = PlaceboTest()
        test.fit(dataprep=prep, scm=Synth(), max_workers=2)
        return float(synth.att(time_period=years(1970, 1997))["att"])

    return run


def panelkit(golden):
    import numpy as np
    import pandas as pd
    from panelkit import SyntheticDiD

    data = pd.read_csv(os.path.join(golden, "california_prop99.csv"), sep=";")
    wide = data.pivot(index="State", columns="Year", values="PacksPerCapita")
    y = np.ascontiguousarray(wide.to_numpy(), dtype=float)
    unit = list(wide.index).index("California")

    def run():
        found = SyntheticDiD(inference="placebo").fit(y, [unit], 19)
        return float(found.att)

    return run


def rustmc(golden):
    import numpy as np
    import rustmc as r

    y, x = series()
    prior = r.GaussianCoefficientPrior(np.zeros(5).tolist(), (100.0 * np.eye(5)).tolist())
    model = r.BayesianLocalLevel(
        initial_mean=float(y[0]), initial_variance=float(y[:200].var()),
        observation_variance_prior=r.InverseGammaPrior(1.0, 0.5), process_variance_prior=r.InverseGammaPrior(1.0, 0.005),
    )

    def run():
        fit = model.fit(y[:200].tolist(), chains=4, draws=1000, warmup=500, exog=x[:200].tolist(), coefficient_prior=prior)
        return str(fit.summary())[:200]

    return run


def causalpy(golden):
    import causalpy as cp
    import pandas as pd

    y, x = series()
    frame = pd.DataFrame({"y": y, **{f"x{k}": x[:, k] for k in range(5)}})
    frame.index = pd.date_range("2000-01-01", periods=len(frame), freq="MS")

    sample = {"draws": 1000, "tune": 1000, "chains": 4, "cores": 2, "progressbar": False, "random_seed": 1}

    def run():
        found = cp.InterruptedTimeSeries(
            frame, frame.index[200], formula="y ~ 1 + x0 + x1 + x2 + x3 + x4",
            model=cp.pymc_models.BayesianBasisExpansionTimeSeries(n_order=1, n_changepoints_trend=10, sample_kwargs=sample),
        )
        return float(found.post_impact.mean())

    return run


def tfcausalimpact(golden):
    import pandas as pd
    from causalimpact import CausalImpact

    y, x = series()
    frame = pd.DataFrame({"y": y, **{f"x{k}": x[:, k] for k in range(5)}})

    def run():
        found = CausalImpact(frame, [0, 199], [200, 239], model_args={"fit_method": "hmc"})
        return float(found.summary_data.loc["abs_effect", "average"])

    return run


def peer(name, golden, rounds):
    run = globals()[name](golden)
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        answer = run()
        times.append(time.perf_counter() - begun)
        if times[-1] > 60:
            break
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    memory = max(u.ru_maxrss for u in usage)
    cpu = sum(u.ru_utime + u.ru_stime for u in usage) / len(times)
    print(json.dumps({"seconds": sorted(times)[len(times) // 2], "cpu": cpu, "answer": answer, "memory": memory * 1024, "rounds": len(times)}))


def measured(command):
    """The last line of its output, and its peak memory."""
    process = subprocess.Popen(["taskset", "-c", "0,1", *command], stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise RuntimeError(f"{command}: status {status}")
    return json.loads(out.strip().splitlines()[-1]), usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden", required=True)
    parser.add_argument("--speed")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(TASKS))
    parser.add_argument("--python", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer, options.golden, options.rounds)
    interpreters = dict(p.split("=", 1) for p in options.python)
    own, memory = measured([options.speed, options.golden, str(options.rounds)])
    print("| task | Tarazu | peer | ratio | memory: Tarazu | peer |\n|---|---|---|---|---|---|")
    for name in options.only.split(","):
        task, words = TASKS[name]
        command = [interpreters.get(name, sys.executable), __file__, "--golden", options.golden, "--peer", name, "--rounds", str(options.rounds)]
        try:
            found, _ = measured(command)
        except (RuntimeError, IndexError, ValueError) as error:
            print(f"| {words} | | {name}: {error} | | | |")
            continue
        mine = own[task]["seconds"]
        print(
            f"| {words} | {1000 * mine:.2f} ms | {name} {found['seconds']:.4g} s | {found['seconds'] / mine:,.{1 if found['seconds'] < 10 * mine else 0}f} "
            f"| {memory / 2**20:.0f} MiB | {found['memory'] / 2**20:.0f} MiB |", flush=True
        )
        print(f"{name}: {found['answer']}, Tarazu: {own[task]['answer']}; CPU seconds of a round, imports included: {found['cpu']:.1f}", file=sys.stderr)


if __name__ == "__main__":
    main()
