#pragma once

#include "collectors/graph/permit.hpp"
#include "storage/model/time.hpp"
#include "tests/sandbox/limits.hpp"

#include <optional>
#include <vector>

namespace insightd::simulator
{

/// How many calls the platform allows; nothing: as many as one likes.
struct Allowed {
    std::optional<double> app_calls{};     ///< an hour for each user of the app, in one pool
    std::optional<double> account_calls{}; ///< in 24 hours for each impression in 24 hours
};

/// Both at once, though the platform is said to apply one: the worse case. Each account counts as
/// one user. Source: graph-api.md section 8.
inline constexpr Allowed documented{200, 4800};

/// Of an account that nobody looks at; documented of a sister API alone.
inline constexpr double least_impressions = 10;

/// Answers calls as far as its limits go: it counts and blocks as the sandbox does, and says how
/// much is used as the headers do.
class Platform
{
public:
    Platform(const Allowed& allowed, std::size_t accounts);

    /// A call of the account, whose posts were viewed so often in the last 24 hours.
    graph::Ending answer(std::size_t account, double impressions, model::Instant now);

private:
    graph::Ending
    counted(sandbox::CallWindow& day, std::optional<std::int64_t> limit, model::Instant now);

    std::optional<std::int64_t> app_limit_;
    std::optional<double> per_impression_;
    sandbox::CallWindow app_;
    std::vector<sandbox::CallWindow> accounts_;
};

} // namespace insightd::simulator
