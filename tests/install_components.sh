#!/usr/bin/env bash
# Installs the real components the tests use, where this account may. What can't be had is named
# by the tests that need it; under CI=true that is a failure.
set -u
declare -A packages=(
  [kamailio]="kamailio kamailio-json-modules kamailio-extra-modules"
  [sipp]="sip-tester"
  [chromium]="chromium"
  [ip]="iproute2"
  [/usr/lib/postgresql]="postgresql"
)
missing=()
for program in "${!packages[@]}"; do
  if [[ $program == /* ]]; then [ -e "$program" ] || missing+=(${packages[$program]})
  else command -v "$program" >/dev/null || missing+=(${packages[$program]}); fi
done
[ ${#missing[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; }; then
  echo "Not installed here: ${missing[*]} (needs apt-get as root)"
  exit 0
fi
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }
as_root apt-get update -qq || true
# A service that starts by itself would take ports; the tests start their own.
printf '#!/bin/sh\nexit 101\n' >/tmp/policy-rc.d.$$
if [ ! -e /usr/sbin/policy-rc.d ]; then
  as_root install -m 0755 /tmp/policy-rc.d.$$ /usr/sbin/policy-rc.d
  trap 'as_root rm -f /usr/sbin/policy-rc.d /tmp/policy-rc.d.$$' EXIT
fi
DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
