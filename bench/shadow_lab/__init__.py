"""Differences with a known truth: consecutive releases of real services, run on the same requests, and made worse.

`python -m bench.shadow_lab [--service NAME] [--mutants N] [--work FOLDER] [--keep FILE]` installs each release from the
package index with its dependencies as they were when it came out, replays one list of requests to it twice and to
copies of it with one change each, and labels every difference by construction: noise where a release differs from
itself, a regression where only the changed copy differs, a new feature otherwise. Then it evaluates as
`codechill difftest evaluate` does, each release from those before it, and counts causes: a change that was made is one.
"""
