#pragma once

#include "config/config.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace insightd::config
{

/// What the loader must know of a metric to check its name; the catalogue supplies it.
struct MetricName {
    std::string_view name;
    bool of_media = false;      ///< else of the account
    bool retired = false;       ///< no version of the API answers it any more
    std::string_view successor; ///< what to ask instead of a retired one; may be empty
    std::string_view note;      ///< since when it is retired, and the like
};

using MetricVocabulary = std::vector<MetricName>;

/// One mistake in the file.
struct Mistake {
    int line = 0;        ///< from 1
    int column = 0;      ///< from 1
    std::string message; ///< what is wrong, and the mend
    bool operator==(const Mistake&) const = default;
};

/// All mistakes of the file at once, in the order of their places.
struct Mistakes {
    std::string file;
    std::vector<Mistake> all;

    /// One `file:line:column: message` a line.
    std::string text() const;
};

/// Checks the text of a YAML file. `file` only names it in messages.
std::variant<Config, Mistakes>
parse(std::string_view text, const std::string& file, const MetricVocabulary& metrics);

/// The text of a file; one that cannot be read is a mistake at 1:1.
std::variant<std::string, Mistakes> text_of(const std::filesystem::path& file);

/// Reads and checks a file; one that cannot be read is a mistake at 1:1.
std::variant<Config, Mistakes>
load(const std::filesystem::path& file, const MetricVocabulary& metrics);

/// Every key the loader accepts, as "accounts[].schedule.stories"; for the test against the schema.
std::vector<std::string> accepted_keys();

} // namespace insightd::config
