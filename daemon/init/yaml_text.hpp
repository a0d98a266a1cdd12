#pragma once

#include "daemon/init/answers.hpp"

#include <string>

namespace insightd::init
{

/// The configuration that follows from the answers, with a comment on each part. What is not
/// answered yet is filled with something that is valid.
std::string yaml_of(const Answers& answers, const Surroundings& surroundings);

/// Address and port of the status page; empty if there is none.
std::string listens_at(const Answers& answers);

/// The first mistake that `insightd check` would find in it; empty if there is none.
std::string mistake_in(const Answers& answers, const Surroundings& surroundings);

} // namespace insightd::init
