#pragma once

#include "daemon/status_page/facts.hpp"
#include "daemon/status_page/html.hpp"
#include "daemon/status_page/standing.hpp"

#include <string>
#include <vector>

/// What waits for a person: accounts, and what the daemon needs for itself.
namespace insightd::status_page
{

/// The whole of it in one sentence: whether somebody is needed, and if not, how things are.
std::string headline(const DaemonNow& now, const std::vector<Standing>& all);

/// "; 12 rows were dropped since the start", to stand behind what waits; empty if none was.
std::string dropped_words(const DaemonNow& now);

/// A card for each: what is wrong, and what to do. Empty if nothing waits for a person.
Html needs(const DaemonNow& now, const std::vector<Standing>& all);

} // namespace insightd::status_page
