#pragma once

#include "daemon/scheduling/pace.hpp"
#include "tests/bench/simulator/world.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace insightd::simulator
{

/// What a post showed when it was looked at.
struct Seen {
    std::size_t post = 0; ///< place among the account's posts
    double at = 0;
    std::int64_t views = 0;
    std::int64_t interactions = 0;
    scheduling::ChangeRate& known; ///< what is kept in memory of how it changes
};

/// How one account's posts are read. Instants are hours; never: infinity.
class Strategy
{
public:
    virtual ~Strategy() = default;

    /// Hours between two readings of the list's first page; nothing: it is not read, and posts are
    /// known from birth.
    virtual std::optional<double> page_every() const = 0;
    /// The whole list is read in its place.
    virtual double whole_list_every() const { return 24; }
    /// A post was found, or born where no lists are read: when it is read first.
    virtual double found(const Seen& post) = 0;
    /// Its insights were read: when they are read again.
    virtual double read(const Seen& post) = 0;
    /// A list showed the post: when it is read now; nothing: as was planned.
    virtual std::optional<double> listed(const Seen& post);
    /// Calls are so many times dearer than usual.
    virtual void set_scarcity(double /*scarcity*/) {}
};

struct StrategySettings {
    double page_every = 0.5;
    double whole_list_every = 24;
    scheduling::Pacing pacing;
};

std::unique_ptr<Strategy> hourly(const Account& account);
std::unique_ptr<Strategy> tiers(const Account& account, const StrategySettings& settings);
std::unique_ptr<Strategy> adaptive(const Account& account, const StrategySettings& settings);
/// Knows every post's true rate, now and to come, and reads by the same rule.
std::unique_ptr<Strategy>
oracle(const Account& account, const StrategySettings& settings, bool finds_by_lists);

} // namespace insightd::simulator
