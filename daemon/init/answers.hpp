#pragma once

#include "config/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace insightd::init
{

/// What a token told of itself.
struct Owner {
    std::int64_t user_id = 0; ///< 0: not known
    std::string name;         ///< the username, as an account of the YAML may be called
};

/// What was answered so far.
struct Answers {
    std::map<std::string, std::string, std::less<>> texts; ///< by the key of the question
    config::Secret token;                                  ///< empty: none was given
    Owner owner;                                           ///< of the token

    /// Empty if it was not answered.
    std::string_view text(std::string_view key) const
    {
        const auto found = texts.find(key);
        return found == texts.end() ? std::string_view{} : found->second;
    }
};

/// Where the wizard runs: its presets follow from that.
struct Surroundings {
    std::filesystem::path file;   ///< to be written; absolute
    std::filesystem::path schema; ///< of the file, for editors
    std::filesystem::path home;   ///< of the user; empty for root
    std::string timezone = "UTC"; ///< of this machine

    /// Where a token is put that goes into a file.
    std::filesystem::path token_file(const Answers& answers) const
    {
        return file.parent_path() / (std::string{answers.text("name")} + ".token");
    }
};

/// What becomes of an answer.
struct Verdict {
    enum class Kind {
        fine,
        doubtful, ///< taken if it is given once more
        wrong,
    };
    Kind kind = Kind::fine;
    std::string words; ///< what was found; may be empty if it is fine
};

/// Looks whether an answer holds, out there; may note what it learns.
using Probe = std::function<Verdict(Answers&)>;

} // namespace insightd::init
