"""Embedded PostgreSQL and Valkey for the demo, the tests and the benchmarks: a machine needs no server of its own.

Every server and process is a direct child of one supervisor and dies with it. Not for production.
"""
