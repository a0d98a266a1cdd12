#include "storage/server_programs.hpp"

#include "storage/model/writer.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

namespace insightd::storage
{

namespace fs = std::filesystem;

fs::path server_programs()
{
    std::vector<std::pair<int, fs::path>> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator{"/usr/lib/postgresql", none}) {
        const auto bin = entry.path() / "bin";
        if (fs::exists(bin / "initdb", none))
            found.emplace_back(std::atoi(entry.path().filename().c_str()), bin);
    }
    if (found.empty())
        throw model::Unavailable{
            "database: embedded: no PostgreSQL server is installed: install the package "
            "postgresql, or name a database in `database`"};
    return std::ranges::max_element(found)->second;
}

} // namespace insightd::storage
