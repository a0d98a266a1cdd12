#pragma once

#include <array>
#include <cstdint>

namespace insightd::simulator
{

/// How long changes waited until they were read, each change weighing the same.
class Tally
{
public:
    explicit Tally(double target) : target_{target} {}

    /// So many changes, spread evenly between two instants, were read at `read` (hours).
    void add(double from, double to, double read, double changes);

    double changes() const { return changes_; }
    double mean() const { return changes_ > 0 ? waited_ / changes_ : 0; }
    double share_within_target() const { return changes_ > 0 ? within_ / changes_ : 0; }
    /// Hours that a share of the changes waited at most; to some percent.
    double quantile(double share) const;

private:
    static constexpr std::size_t bins = 600;

    double target_;
    double changes_ = 0;
    double waited_ = 0;
    double within_ = 0;
    std::array<double, bins> histogram_{};
};

} // namespace insightd::simulator
