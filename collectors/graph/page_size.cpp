#include "collectors/graph/page_size.hpp"

#include <algorithm>

namespace insightd::graph
{

bool PageSize::shrink()
{
    if (rows_ == 1)
        return false;
    const bool was_a_step = rows_ > proven_;
    if (was_a_step)
        pages_a_step_ = std::min(pages_a_step_ * 2, most_pages);
    rows_ = was_a_step ? proven_ : rows_ / 2;
    proven_ = std::min(proven_, rows_);
    pages_ = 0;
    return true;
}

void PageSize::worked()
{
    if (rows_ > proven_)
        pages_a_step_ = least_pages;
    proven_ = rows_;
    if (++pages_ < pages_a_step_)
        return;
    rows_ = std::min(full_, rows_ + std::max<std::size_t>(rows_ / 2, 1));
    pages_ = 0;
}

} // namespace insightd::graph
