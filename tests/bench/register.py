"""The register of constraints with its evidence: ``python -m tests.bench.register [--json]``.

For each of C1 to C18: the functions of the witness that judge it, the known answers that the real
solver is held to, how many mutants there are and how many the witness catches, each made and judged
in this run. Exit status 1 where a constraint has no known answer or no mutant, or one gets through.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from planner.verify import REGISTER, Constraint, judges
from tests.known.test_constraints import ANSWERS
from tests.laws import test_aid_mutants, test_mutants, test_rotation_mutants
from tests.laws.test_mutants import broken_rules

MUTANTS = (*test_mutants.MUTANTS, *test_rotation_mutants.MUTANTS, *test_aid_mutants.MUTANTS)


def row(constraint: Constraint) -> dict[str, Any]:
    """What stands behind one constraint."""
    mutants = [mutant for mutant in MUTANTS if mutant.rule in constraint.rules]
    return {
        "id": constraint.id,
        "says": constraint.english,
        "judged_by": list(judges(constraint)),
        "known_answers": [case.__name__ for case in ANSWERS.get(constraint.id, ())],
        "mutants": len(mutants),
        "caught": sum(mutant.rule in broken_rules(mutant.make()) for mutant in mutants),
        "in_bound": constraint.in_bound,
    }


def main(argv: list[str] | None = None) -> int:
    """Prints a row a constraint."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.register", description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rows = [row(constraint) for constraint in REGISTER]
    if given.json:
        print(json.dumps(rows, indent=1))
    else:
        for told in rows:
            print(f"{told['id']}: {told['says']}")
            print(f"    judged by      {', '.join(told['judged_by'])}")
            print(f"    known answers  {', '.join(told['known_answers'])}")
            print(f"    mutants        {told['caught']} of {told['mutants']} caught")
            print(f"    in a bound     {told['in_bound']}")
    return int(any(not r["known_answers"] or not r["caught"] == r["mutants"] > 0 for r in rows))


if __name__ == "__main__":
    sys.exit(main())
