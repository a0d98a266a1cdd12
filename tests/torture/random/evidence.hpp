#pragma once

#include "tests/torture/ledger.hpp"
#include "tests/torture/random/kinds.hpp"

#include <optional>

namespace insightd::torture
{

/// One fault that was injected.
struct Trouble {
    const Kind* kind = nullptr;
    Real from, until{};
    std::chrono::microseconds clock_ahead{}; ///< real time
};

/// What the torture saw of the spool: when nothing waited in it.
using DrainedAt = std::vector<Real>;

/// A line of store.loss.
struct Loss {
    std::int64_t account = 0; ///< 0: anybody's
    std::optional<sandbox::Instant> first, last;
    sandbox::Instant lost;
};

/// A line of store.story.
struct StoryLine {
    std::int64_t account = 0, media = 0;
    std::string state; ///< open, final, webhook, missed
    std::string reason_kind;
    sandbox::Instant window_from, expires_at;
    std::optional<sandbox::Instant> last_numbers_at;
};

/// Everything there is to judge by: what was done, what was answered, what is stored.
struct Evidence {
    Pace pace;
    std::vector<Life> lives;
    std::vector<Trouble> troubles;
    DrainedAt drained;
    Answers answers;
    Ledger ledger;
    std::vector<Loss> losses;
    std::vector<StoryLine> stories;
    std::vector<std::string> early_finals; ///< days that are final, and were read too early for it
};

/// Reads the database; nothing is answered any more.
Evidence gather(const Ground& ground, std::vector<Trouble> troubles, DrainedAt drained);

} // namespace insightd::torture
