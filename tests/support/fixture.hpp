#pragma once

#include <boost/json/parse.hpp>
#include <date/date.h>

#include "storage/model/time.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

/// What tests read from tests/fixtures, and how they write instants.
namespace insightd::testing
{

inline std::string fixture_text(const std::string& name)
{
    std::ifstream file{std::string{INSIGHTD_FIXTURES} + "/" + name};
    if (!file)
        throw std::runtime_error{"no fixture " + name};
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline boost::json::value fixture(const std::string& name)
{
    return boost::json::parse(fixture_text(name));
}

/// "2026-03-01T12:00:00Z"
inline model::Instant at(const std::string& text)
{
    std::istringstream in{text};
    date::sys_time<std::chrono::microseconds> instant;
    in >> date::parse("%FT%TZ", instant);
    if (in.fail())
        throw std::runtime_error{"no instant: " + text};
    return instant;
}

/// "2026-03-01"
inline model::Day day(const std::string& text)
{
    return std::chrono::floor<std::chrono::days>(at(text + "T00:00:00Z"));
}

} // namespace insightd::testing
