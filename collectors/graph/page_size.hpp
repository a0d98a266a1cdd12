#pragma once

#include <cstddef>

namespace insightd::graph
{

/// How many rows of a list to ask for at once. A page that is too much for the platform halves it;
/// pages that worked lead back to the full size by steps of a half. A step that is refused is taken
/// back, and the next one waits for twice as many pages: a list whose rows stay heavy is hardly
/// ever refused. Pure. Source: graph-api.md section 3.2, "halve the limit".
class PageSize
{
public:
    explicit PageSize(std::size_t full) : full_{full}, rows_{full}, proven_{full} {}

    std::size_t rows() const { return rows_; }

    /// Pages of full size work: nothing is left to remember.
    bool is_full() const { return proven_ == full_; }

    /// A page of this size is too much; false where there is no smaller one.
    bool shrink();

    /// A page of this size was answered.
    void worked();

private:
    static constexpr std::size_t least_pages = 2;
    static constexpr std::size_t most_pages = 64;

    std::size_t full_;
    std::size_t rows_;
    std::size_t proven_;                     ///< the size that worked last
    std::size_t pages_a_step_ = least_pages; ///< so many have to work before it grows
    std::size_t pages_ = 0;                  ///< that worked since it changed
};

} // namespace insightd::graph
