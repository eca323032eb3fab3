# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What commands write into sysctl files, on a system whose boot gives 600, 75 and 9."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.linux.tcp.tests.unit.writers import found

if t.TYPE_CHECKING:
    from pathlib import Path

KEY = "net.ipv4.tcp_keepalive_time"

SETS_AND_APPENDS = (
    f"sysctl -w {KEY}=60 >> /etc/sysctl.conf",
    f"sysctl {KEY}=60 2>/dev/null >>/etc/sysctl.d/9.conf",
    f"sysctl -w {KEY}=60 | tee -a /etc/sysctl.conf",
    f"sudo sysctl -w {KEY}=60 | sudo tee --append /etc/sysctl.conf >/dev/null",
    f"sh -c 'sysctl -w {KEY}=60 >> /etc/sysctl.conf'",
    f"sh -c 'sysctl -w {KEY}=60' >> /etc/sysctl.conf",
    f"{{ sysctl -w {KEY}=60; }} >> /etc/sysctl.conf",
    f"C=/etc/sysctl.conf; sysctl -w {KEY}=60 >> $C",
)
SETS_AND_WRITES = (
    f"sysctl -w {KEY}=60 > /etc/sysctl.d/9.conf",
    f"sysctl -w {KEY}=60 | grep time | tee /etc/sysctl.d/9.conf",
    f"sysctl -w {KEY}=60 | dd of=/etc/sysctl.d/9.conf",
)
SETS = (
    f"sysctl -q -w {KEY}=60 >> /etc/sysctl.conf",
    f"sysctl -n {KEY}=60 >> /etc/sysctl.conf",
    f"sysctl --values {KEY}=60 >> /etc/sysctl.conf",
    f"sysctl -w {KEY}=60 >> /var/log/tune.log",
    f"sysctl -w {KEY}=60 >> $LOG 2>&1",
    f"sysctl -w {KEY}=60 >/dev/null",
    f"sysctl -w {KEY}=60 | logger -t tune",
    f"sysctl -w {KEY}=60 2>> /etc/sysctl.conf",
)
APPENDS = (
    f"sysctl {KEY} >> /etc/sysctl.conf",
    f"echo {KEY}=60 | dd of=/etc/sysctl.conf oflag=append conv=notrunc",
    f"echo {KEY}=60 | sponge -a /etc/sysctl.conf",
    f'awk \'BEGIN {{ print "{KEY}=60" >> "/etc/sysctl.conf" }}\'',
    f'gawk \'END{{print "{KEY} = 60" >>"/etc/sysctl.conf"}}\' /etc/hosts',
    f"awk 'BEGIN {{print \"{KEY}=60\"}}' >> /etc/sysctl.conf",
    f"append_line /etc/sysctl.conf '{KEY}=60'",
    f"addLine /etc/sysctl.conf '{KEY}=60'",
    f'awk -v v=60 \'BEGIN{{print "{KEY}=" v >> "/etc/sysctl.conf"}}\'',
    f'awk \'BEGIN{{printf "{KEY}=%d\\n", 60 >> "/etc/sysctl.conf"}}\'',
)
WRITES = (
    f"echo {KEY}=60 | dd of=/etc/sysctl.d/9.conf",
    f'awk \'BEGIN {{ print "{KEY}=60" > "/etc/sysctl.d/9.conf" }}\'',
    f"gawk -i inplace '/x/ {{ print \"{KEY}=60\" }}' /etc/sysctl.conf",
    f"crudini --set /etc/sysctl.conf '' {KEY} 60",
    f"crudini --set --inplace /etc/sysctl.d/9.conf '' {KEY} $VALUE",
    f"augtool -s set /files/etc/sysctl.conf/{KEY} 60",
    f"echo 'set /files/etc/sysctl.d/9.conf/{KEY} 60' | augtool -s",
    f"ansible localhost -m ini_file -a 'path=/etc/sysctl.conf option={KEY} value=60'",
    f"ansible localhost -m ansible.builtin.lineinfile -a 'path=/etc/sysctl.conf line={KEY}=60'",
    f"set_line '{KEY}=60' /etc/sysctl.conf",
    f"update-conf /etc/sysctl.conf {KEY} 60",
    f"/opt/replicate.sh /etc/sysctl.d/60-x.conf {KEY} 60",
    f"/opt/checks/tune /etc/sysctl.d/60-x.conf {KEY} 60",
    f"set_target_value /etc/sysctl.conf {KEY} 60",
    f"apply_phase2 /etc/sysctl.conf {KEY} 60",
    f"set_dedicated /etc/sysctl.conf {KEY} 60",
    f"backup_and_set /etc/sysctl.conf {KEY} 60",
    f"setAddresses /etc/sysctl.conf {KEY} 60",
    f"/opt/address.sh /etc/sysctl.conf {KEY} 60",
    f"/opt/added/line.sh /etc/sysctl.conf {KEY} 60",
    f"gawk -i inplace '{{sub(/{KEY}=.*/,\"{KEY}=60\")}}1' /etc/sysctl.conf",
    f"gawk -i inplace '/x/ {{$0 = \"{KEY}=60\"}} 1' /etc/sysctl.conf",
    f"sed -i '/x/c\\{KEY}=60' /etc/sysctl.conf",
    f"sed -i '$a\\{KEY} = 60' /etc/sysctl.conf",
    f"sed -ri 's/^({KEY}).*/\\1 = 60/' /etc/sysctl.conf",
    "sed -i '/tcp_keepalive_time/s/=.*/= 60/' /etc/sysctl.d/9.conf",
    "sed -i '/tcp_keepalive/s/=.*/= 60/' /etc/sysctl.conf",
    f"sed -i '/{KEY}/s/^#//' \"$CONF\"",
    f'K={KEY}; sed -i "s/^$K.*/$K = $VALUE/" /etc/sysctl.conf',
    "perl -pi -e 's/(tcp_keepalive_time\\s*=\\s*)\\d+/${1}60/' /etc/sysctl.conf",
    f"sed -i '1i {KEY} = 60' /etc/sysctl.conf",
    f"ed -s /etc/sysctl.conf <<EOF\na\n{KEY}=60\n.\nw\nEOF",
    f"printf '%s\\n' a '{KEY}=60' . w | ed -s /etc/sysctl.conf",
    f"ex -sc '$a|{KEY}=60' -cx /etc/sysctl.conf",
    f"echo {KEY}=60 > /tmp/x; mv /tmp/x /etc/sysctl.d/9.conf",
    f"echo {KEY}=60 > /etc/sysctl.d/9.conf.new; mv /etc/sysctl.d/9.conf{{.new,}}",
    f"echo {KEY}=60 >> /tmp/x && install -m 644 /tmp/x /etc/sysctl.d/9.conf",
)
DOES_NOTHING = (
    f"sysctl -n {KEY} >> /etc/sysctl.conf",
    f"sysctl -w {KEY}=600 >> /etc/sysctl.conf",
    f"sysctl -w {KEY} = 60 >> /etc/sysctl.conf",
    f"crudini --get /etc/sysctl.conf '' {KEY}",
    f"crudini --del /etc/sysctl.conf '' {KEY}",
    f"crudini --set /etc/my.ini '' {KEY} 60",
    f"crudini --set /etc/sysctl.conf '' {KEY} 600",
    f"augtool get /files/etc/sysctl.conf/{KEY}",
    f"augtool rm /files/etc/sysctl.conf/{KEY}",
    f"awk '/{KEY}=60/ {{print}}' /etc/sysctl.conf",
    f'awk \'BEGIN {{ print "{KEY}=60" > "/tmp/x" }}\'',
    f"ansible web1 -m ini_file -a 'path=/etc/sysctl.conf option={KEY} value=60'",
    f"set_line /etc/sysctl.conf {KEY} 600",
    f"drop_line /etc/sysctl.conf {KEY}",
    f"get_value /etc/sysctl.conf {KEY} 60",
    f"/opt/conf-check.sh /etc/sysctl.conf {KEY} 60",
    f"hasLine /etc/sysctl.conf {KEY} 60",
    f"is_set /etc/sysctl.conf {KEY} 60",
    f"gawk -i inplace '!/{KEY}=60/' /etc/sysctl.conf",
    f"gawk -i inplace '{{{{$0 = \"{KEY}=60\"}} print $0}}' /etc/other.conf",
    f"sed -i 's/^{KEY}=60$/x/' /etc/sysctl.conf",
    f"sed -i 's/^{KEY}/#&/' /etc/sysctl.conf",
    f"sed -i 's/^{KEY} = .*$/{KEY} = 60/' /etc/other.conf",
    "sed 's/tcp_keepalive_time.*/tcp_keepalive_time=60/' /etc/sysctl.conf",
    "sed -i '/tcp_keepalive_time/s/=.*/= 600/' /etc/sysctl.conf",
    f"ed -s /etc/other.conf <<EOF\na\n{KEY}=60\n.\nw\nEOF",
    f"echo {KEY}=60 > /tmp/x; mv /tmp/x /tmp/y",
    f"echo {KEY}=600 > /tmp/x; mv /tmp/x /etc/sysctl.conf",
)


def codes(root: Path, line: str) -> list[str]:
    return [writer.code for writer in found(root, {"/etc/rc.local": line.encode()})]


@pytest.mark.parametrize("line", SETS_AND_APPENDS)
def test_lines_that_set_and_append(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == ["appends_to_file", "sets_value"]


@pytest.mark.parametrize("line", SETS_AND_WRITES)
def test_lines_that_set_and_write(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == ["sets_value", "writes_file"]


@pytest.mark.parametrize("line", SETS)
def test_lines_that_set_and_write_no_setting(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == ["sets_value"]


@pytest.mark.parametrize("line", APPENDS)
def test_lines_that_append(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == ["appends_to_file"]


@pytest.mark.parametrize("line", WRITES)
def test_lines_that_write(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == ["writes_file"]


@pytest.mark.parametrize("line", DOES_NOTHING)
def test_lines_that_write_nothing(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == []
