#include "storage/spool/damaged_files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <system_error>

namespace insightd::spool
{
namespace
{

namespace fs = std::filesystem;

constexpr auto unfinished_part = ".unfinished-";
constexpr auto finished_part = ".damaged-";
constexpr std::array<std::string_view, 2> logs{"-wal", "-shm"};

constexpr std::size_t few = 3;

fs::path log_of(const fs::path& file, std::string_view log)
{
    return file.string() + std::string{log};
}

bool is_log(const std::string& name)
{
    return std::ranges::any_of(logs, [&](auto log) { return name.ends_with(log); });
}

} // namespace

void DamagedFiles::set_apart(model::Instant now) const
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    auto place = spool_.string() + unfinished_part + std::to_string(second);
    while (fs::exists(place))
        place += "-";
    fs::rename(spool_, place);
}

void DamagedFiles::take_log_along() const
{
    const auto log = log_of(spool_, logs.front());
    const auto moved = unfinished();
    if (!fs::exists(spool_) && fs::exists(log) && !moved.empty())
        fs::rename(log, log_of(moved.back(), logs.front()));
}

std::vector<fs::path> DamagedFiles::unfinished() const
{
    return beside(unfinished_part);
}

std::vector<fs::path> DamagedFiles::beside(std::string_view part) const
{
    std::vector<fs::path> found;
    const auto begin = fmt::format("{}{}", spool_.filename().string(), part);
    for (const auto& entry : fs::directory_iterator{spool_.parent_path()})
        if (const auto name = entry.path().filename().string();
            name.starts_with(begin) && !is_log(name))
            found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

fs::path DamagedFiles::finish(const fs::path& unfinished, model::Instant now) const
{
    const auto finished = name_of_finished(now);
    fs::rename(unfinished, finished);
    std::error_code none;
    for (const auto log : logs)
        fs::rename(log_of(unfinished, log), log_of(finished, log), none);
    return finished;
}

fs::path DamagedFiles::name_of_finished(model::Instant now) const
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    const auto name = fmt::format(
        "{}{}{:%Y%m%dT%H%M%SZ}", spool_.string(), finished_part,
        fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    fs::path free{name};
    for (int number = 2; fs::exists(free); ++number)
        free = fmt::format("{}-{}", name, number);
    return free;
}

void DamagedFiles::keep_few() const
{
    keep(few);
}

void DamagedFiles::keep_none() const
{
    keep(0);
}

void DamagedFiles::keep(std::size_t most) const
{
    auto finished = beside(finished_part);
    while (finished.size() > most) {
        std::error_code none;
        fs::remove(finished.front(), none);
        for (const auto log : logs)
            fs::remove(log_of(finished.front(), log), none);
        finished.erase(finished.begin());
    }
}

} // namespace insightd::spool
