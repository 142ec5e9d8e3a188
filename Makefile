# SPDX-License-Identifier: BSD-3-Clause
# The front door. Each target is one script; meson does the building.
prefix  = /usr/local
DESTDIR =

all:
	@scripts/setup.sh firmware
	@PREFIX='$(prefix)' scripts/build.sh release
	@PREFIX='$(prefix)' scripts/build.sh firmware
	@scripts/references.sh
	@PREFIX='$(prefix)' scripts/build.sh guest

run: all
	@scripts/run.sh

debian: all
	@scripts/run-debian.sh

test:
	@scripts/setup.sh test
	@/usr/bin/python3 tests/run.py

soak:
	@scripts/setup.sh test
	@REEVE_SOAK=1 /usr/bin/python3 tests/run.py

fuzz:
	@scripts/setup.sh test
	@scripts/fuzz.sh $(or $(RUNS),2000000) 0

lint:
	@scripts/setup.sh test
	@scripts/lint.py

bench: all
	@scripts/setup.sh test
	@scripts/build.sh firmware
	@scripts/guest.sh
	@/usr/bin/python3 scripts/initrd.py
	@/usr/bin/python3 scripts/bench.py

install: all
	@DESTDIR='$(DESTDIR)' meson install -C build --no-rebuild --quiet
	@DESTDIR='$(DESTDIR)' meson install -C build-firmware --no-rebuild \
		--quiet
	@DESTDIR='$(DESTDIR)' meson install -C build-guest --no-rebuild --quiet

clean:
	rm -rf build build-*

.PHONY: all run debian test soak fuzz lint bench install clean
