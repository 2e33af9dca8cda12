"""Differences between two builds that answered the same requests: in, collapsed, suggested, decided, measured.

After "Enhancing Differential Testing: LLM-Powered Automation in Release Engineering". Nothing of a recorded request or
log line is ever run or rendered; what could be a secret or says who somebody is is masked before a record exists.
"""
