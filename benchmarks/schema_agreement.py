"""How often checkers without a cluster disagree with kube-apiserver: ours, and kubeconform in its strict mode.

Both get the schemas of the same release and the same mutated objects (`tests/schema/mutations.py`); a lab is the judge.
Printed are the objects that a checker passes and the server rejects, and those that it fails and the server accepts.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import measure
from seatrial import lab, toolchain
from seatrial.engines.schema import DEFAULT_VERSION, Gvk, kubernetes_schemas, schema_folder
from tests.schema.agreement import Answer, Checker, Server, plain_numbers, told
from tests.schema.ground import documents, mutator

MUTANTS_A_RUN = 2_000
SEED = 20


def published(folder: Path, kinds: set[tuple[str, str]]) -> str:
    """Write the published schemas of the kinds, each with the definitions that it uses; kubeconform's name for them."""
    definitions = json.loads((schema_folder(DEFAULT_VERSION) / "_definitions.json").read_bytes())["$defs"]
    schemas = kubernetes_schemas()
    for api_version, kind in kinds:
        gvk = Gvk.of(api_version, kind)
        used = {name: definitions[name] for name in schemas.closure(schemas.name_of(gvk))}
        text = json.dumps({"$ref": f"#/$defs/{schemas.name_of(gvk)}", "$defs": used})
        suffix = "-".join([gvk.group.partition(".")[0], gvk.version] if gvk.group else [gvk.version])
        (folder / f"{kind.lower()}-{suffix}.json").write_text(text.replace("/api/_definitions.json#", "#"), "utf-8")
    return f"{folder}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"


def kubeconform(objects: list[Any]) -> list[bool]:
    """Of each object, whether kubeconform passes it."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as schemas:
        for index, data in enumerate(objects):
            Path(folder, f"{index:06}.json").write_text(json.dumps(plain_numbers(data)), encoding="utf-8")
        place = published(Path(schemas), {(data["apiVersion"], data["kind"]) for data in objects})
        command = [
            str(toolchain.require("kubeconform")),
            "-strict",
            "-output",
            "json",
            "-schema-location",
            place,
            folder,
        ]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        found = json.loads(answer.stdout)["resources"]
    if unread := [
        item["msg"] for item in found if item["status"] == "statusError" and "could not find schema" in item["msg"]
    ]:
        raise SystemExit(f"kubeconform did not find its schemas: {unread[0]}")
    failed = {Path(item["filename"]).stem for item in found}
    return [f"{index:06}" not in failed for index in range(len(objects))]


def main() -> None:
    """Compare and print."""
    options = measure.arguments(__doc__, runs=5)
    measure.print_machine(runs=options.runs)
    checker = Checker()
    with lab.running() as made:
        server = Server.of_kubeconfig(made.kubeconfig)
        server.prepare(documents("schema/rich_objects.yaml"))
        source, random = mutator(server, checker), Random(SEED)  # noqa: S311 - mutants are no secrets
        drawn = [source.mutant(random)[0] for _ in range(options.runs * MUTANTS_A_RUN)]
        answers = [server.judge(data) for data in drawn]
        server.close()
    judged = [(data, item) for data, item in zip(drawn, answers, strict=True) if item.answer is not Answer.NOT_JUDGED]
    objects, valid = [data for data, _ in judged], [item.answer is Answer.VALID for _, item in judged]
    print(f"{len(objects)} mutants: the server accepts {sum(valid)} and rejects {len(valid) - sum(valid)}\n")
    print(f"{'':20} {'passes what the server rejects':>32} {'fails what the server accepts':>32}")
    ours = [checker.judge(data) for data in objects]
    mine = [item.answer is Answer.VALID for item in ours]
    for name, passed in (("seatrial", mine), ("kubeconform -strict", kubeconform(objects))):
        missed = sum(own and not theirs for own, theirs in zip(passed, valid, strict=True))
        wrong = sum(theirs and not own for own, theirs in zip(passed, valid, strict=True))
        print(f"{name:20} {missed:32} {wrong:32}")
    known = sum(item.answer is not own.answer and told(item, own) for (_, item), own in zip(judged, ours, strict=True))
    print(f"\nOf seatrial's, {known} are differences that docs/reference/built-in-kinds.md tells.")


if __name__ == "__main__":
    main()
