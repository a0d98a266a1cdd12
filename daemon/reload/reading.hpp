#pragma once

#include "config/loader.hpp"
#include "daemon/reload/changes.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace insightd::reload
{

/// A sign of the file's text: the same for the same text; 0 for a file that cannot be read.
std::size_t fingerprint_of(const std::filesystem::path& file);

/// What a file comes to for a daemon that runs with another configuration.
struct Reading {
    std::size_t fingerprint = 0;
    bool is_as_before = false; ///< the text is the one with that fingerprint: it was not looked at
    config::Mistakes mistakes; ///< of a file that has some; then it is no configuration
    config::Config wanted;
    Changes changes; ///< what it takes to come there

    bool is_good() const { return mistakes.all.empty(); }
};

/// Reads, checks and compares: some milliseconds for each hundred accounts, so not on the loop.
/// `known` is the fingerprint of a text that need not be looked at again; 0: any is.
Reading read(
    const std::filesystem::path& file, const config::MetricVocabulary& metrics,
    const config::Config& running, std::size_t known);

/// Of all mistakes the first, as `file:line:column: message`.
std::string first_of(const config::Mistakes& mistakes);

} // namespace insightd::reload
