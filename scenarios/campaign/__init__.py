"""Campaigns: many seeds, each a plan of faults drawn from a swarm of options, each judged by checkers.

plan           what will happen in a run, as values, drawn from a seed
faults         what each kind of fault does to a simulation, and how it ends
liars          members that say something else than their core says
load           what clients ask for meanwhile
lost_messages  single messages that do not arrive
checkers       what must hold all along, and what must happen in the end
run            one plan, from founding to verdict
shrink, delta  the smallest plan that still fails
picture        the moment at which it failed
swarm          many seeds, and what they add up to
workforce      who runs them: all cores, or a cluster
"""
