#pragma once

#include "daemon/init/answers.hpp"
#include "daemon/init/questions.hpp"

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

namespace insightd::init
{

/// Where answers come from, and who is told what.
struct Means {
    Surroundings surroundings;
    std::map<std::string, std::string, std::less<>> given; ///< by options: not asked again
    std::optional<config::Secret> given_token;
    std::map<std::string, Probe, std::less<>> probes; ///< by key
    std::function<void(const std::string&)> say;      ///< a line

    /// The answer to a prompt; nothing if no more will come. Empty: nobody is asked, presets hold.
    std::function<std::optional<std::string>(const std::string& prompt)> ask;
    std::function<config::Secret(const std::string& what)> ask_hidden;
};

/// An answer that is wrong, or missing, where nobody can be asked again: says which option.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Who was asked has left.
struct Abandoned : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Every question of the table, by option, by a person or by its preset; wrong ones are asked
/// again. What it returns makes a configuration without a mistake. Throws Refused and Abandoned.
Answers interview(const Means& means);

} // namespace insightd::init
