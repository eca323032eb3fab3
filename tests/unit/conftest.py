# Copyright (c) 2026, linux.tcp contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine is no defect, and neither is a property that concerns few trees.
TOLERATED = [HealthCheck.too_slow, HealthCheck.filter_too_much]

# By default each run tries the same examples, so that a failure is nobody's bad luck;
# pytest --hypothesis-profile=thorough looks for new ones.
settings.register_profile(
    "default", derandomize=True, max_examples=60, deadline=None, database=None, suppress_health_check=TOLERATED
)
settings.register_profile("thorough", max_examples=1000, deadline=None, database=None, suppress_health_check=TOLERATED)
settings.load_profile("default")
