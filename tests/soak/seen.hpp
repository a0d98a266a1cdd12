#pragma once

#include "tests/soak/verdict.hpp"

#include <map>
#include <string>
#include <string_view>

#include <sys/types.h>

/// What can be seen of the daemon from outside.
namespace insightd::soak
{

/// What the daemon answers to GET; empty if it does not within 10 s.
std::string page(std::uint16_t port, const std::string& path);

/// The series without labels of a Prometheus page, by name.
std::map<std::string, double> figures_in(std::string_view metrics);

/// Memory, descriptors and threads of a process, from /proc. Zeros if there is no such process.
void look_at_process(pid_t process, Sample& sample);

} // namespace insightd::soak
