"""An embedded PostgreSQL that listens on a Unix socket only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from . import binaries
from .children import Child, dies_with, tail
from .errors import CommandFailed, WrongVersion
from .server import Server

NAME = "bulkhead"  # of the role and of the database
SOCKET_PORT = 5432  # only a part of the socket's name
INITDB = ("--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--no-sync")  # the socket's directory is 0700
LOCALE = ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C")
OLDER_LOCALE = ("--locale", "C.UTF-8")
FIRST_WITH_BUILTIN_LOCALE = 17
SETTINGS = {"listen_addresses": "", "max_connections": "200", "shared_buffers": "256MB"}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off"}  # commits still survive a kill, not a power cut
READY_LINE = 7  # of postmaster.pid, where the server writes its own state


@dataclass(kw_only=True)
class Postgres(Server):
    begins_with: Path | None = None  # a data directory to copy; None: an empty database

    name: ClassVar[str] = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.place.base / "postgres"

    @property
    def url(self) -> str:
        """The socket's directory is where other URLs have the host; with the port, PGPORT cannot change it."""
        return f"postgres://{NAME}@{quote(str(self.place.sockets), safe='')}:{SOCKET_PORT}/{NAME}"

    def prepared(self) -> Child:
        """Raises WrongVersion and CommandFailed."""
        programs = binaries.postgres(self.place.account)
        wanted = binaries.major_version(programs)
        if not self.data.exists():
            self._copy(self.begins_with or self._template(programs, wanted))
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != wanted:
            raise WrongVersion(data=self.data, found=found, wanted=wanted)
        if self.child is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # stale: we hold the lock, so nobody runs
        return self._child(programs)

    def answers(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        process = self.child.process if self.child else None
        ours = process is not None and lines[:1] == [str(process.pid)]
        return ours and [line.strip() for line in lines[READY_LINE:]] == ["ready"]

    def _child(self, programs: Path) -> Child:
        settings = SETTINGS | ({} if self.place.lasting else THROW_AWAY_SETTINGS)
        settings["unix_socket_directories"] = '"{}"'.format(str(self.place.sockets).replace('"', '""'))
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        shutdown = signal.SIGINT if self.place.lasting else signal.SIGQUIT  # fast, or at once and without a checkpoint
        return Child(
            name="postgres",
            argv=[str(programs / "postgres"), "-D", str(self.data), "-p", str(SOCKET_PORT), *options],
            log=self.place.logs / "postgres.log",
            cwd=self.place.base,
            account=self.place.account,
            stop_signal=shutdown,
            death_signal=shutdown,
            patience=20,
            holds=(self.place.lock,),
        )

    def _copy(self, template: Path) -> None:
        growing = self.data.with_name("postgres.new")
        shutil.rmtree(growing, ignore_errors=True)
        self._run(["cp", "-R", "-p", str(template), str(growing)])
        growing.rename(self.data)

    def _template(self, programs: Path, version: str) -> Path:
        """initdb takes half a second, a copy of its work a tenth of that."""
        made_by = int((programs / "postgres").stat().st_mtime)
        template = self.place.cache / f"postgres-{version}-{made_by}"
        if not template.exists():
            growing = template.with_name(f"{template.name}.{os.getpid()}")
            locale = LOCALE if int(version) >= FIRST_WITH_BUILTIN_LOCALE else OLDER_LOCALE
            self._run([str(programs / "initdb"), "-D", str(growing), *INITDB, *locale])
            single = [str(programs / "postgres"), "--single", "-D", str(growing), "postgres"]
            self._run(single, script=f"CREATE DATABASE {NAME}\n")
            growing.rename(template)
        return template

    def _run(self, command: list[str], *, script: str = "") -> None:
        account, log = self.place.account, self.place.logs / "postgres-setup.log"
        with log.open("ab") as output:
            done = subprocess.run(
                command,
                check=False,
                input=script.encode(),
                stdout=output,
                stderr=output,
                cwd=self.place.base,
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
                preexec_fn=dies_with(os.getpid(), signal.SIGKILL),
            )
        if done.returncode:
            raise CommandFailed(command=Path(command[0]).name, code=done.returncode, log=log, tail=tail(log))
