"""
The breach, in order.

A company's account; its deploy key leaks; the intruder makes himself at home in IAM, mines where nobody
looks, shares a disk with himself, and stops the trail.
"""

from __future__ import annotations

from collections.abc import Mapping

from forensics.drill.principals import Credential
from forensics.drill.seed import access, flows, machines, people, services, story, syslog
from forensics.drill.seed.stage import Stage


def play(stage: Stage) -> Mapping[str, Credential]:
    """Play it; give the credentials worth having, by name: `deploy` is the key that leaked."""
    people.settle(stage)
    places = machines.network(stage)
    instances = {machine.name: machines.launch(stage, machine, places) for machine in machines.MACHINES}
    services.buckets(stage)
    services.secrets(stage)
    services.functions(stage)
    known = people.trespass(stage)
    machines.leftovers(stage, instances)
    services.trail(stage)
    flows.settle(stage, places, instances["web-1"])
    syslog.settle(stage.world)
    access.settle(stage.world)
    services.findings(stage)
    stage.world.shelf["story", "", ""] = (story.tell,)
    return known
