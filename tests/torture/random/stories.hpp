#pragma once

#include "tests/torture/random/evidence.hpp"

namespace insightd::torture
{

/// The ledger of stories against what the platform answered: none was missed whose numbers came in
/// its last minutes, or for no reason of its own; none ended without its last numbers, or with some
/// that nobody answered; none is open long after its end.
/// `holds_up`: whether a call that was made then may have taken long.
std::vector<std::string> check_stories(
    const Evidence& evidence, const Closeness& close_by,
    const std::function<bool(sandbox::Instant)>& holds_up, const Excuse& excuse);

} // namespace insightd::torture
