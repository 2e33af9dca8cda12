"""The stages, one file each; none reads another's answer."""
