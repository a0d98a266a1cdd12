#include "tests/torture/random/kinds.hpp"

#include <algorithm>
#include <iterator>

namespace insightd::torture
{

std::vector<Kind> all_kinds()
{
    std::vector<Kind> all;
    for (auto some :
         {kinds_of_program(), kinds_of_database(), kinds_of_disk(), kinds_of_files(),
          kinds_of_network(), kinds_of_platform(), kinds_of_clock()})
        std::ranges::move(some, std::back_inserter(all));
    return all;
}

} // namespace insightd::torture
