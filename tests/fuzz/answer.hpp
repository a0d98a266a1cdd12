#pragma once

#include "storage/model/rows.hpp"
#include "tests/fuzz/store.hpp"

#include <boost/json/value.hpp>

/// What the fuzzers of answers have in common: answer.cpp is their entry. Each takes the text as an
/// answer, as the client does; answers that are none end there.
namespace insightd::fuzz
{

/// The decoders of one target, over a body that was accepted. Defined by each target.
void decode(const boost::json::value& body);

/// A moment of 2025: answers speak of times before and after it.
inline constexpr model::Instant now{std::chrono::hours{490'000}};

} // namespace insightd::fuzz
