#include "tests/torture/random/kinds.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

// Files that are not what the program left: it is killed, they are spoilt, it starts again.
namespace insightd::torture
{
namespace
{

namespace fs = std::filesystem;

/// So many bytes of the first ones of a file are others.
void flip(
    Ground& ground, const fs::path& file, int bytes,
    int first_ones = std::numeric_limits<int>::max())
{
    std::error_code none;
    const auto size = std::min(first_ones, static_cast<int>(fs::file_size(file, none)));
    if (none || size <= 0)
        return;
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    for (int byte = 0; byte < bytes; ++byte) {
        stream.seekp(ground.roll(0, size - 1));
        stream.put(static_cast<char>(ground.roll(0, 255)));
    }
}

void cut(Ground& ground, const fs::path& file)
{
    std::error_code none;
    const auto size = static_cast<int>(fs::file_size(file, none));
    if (!none && size > 0)
        fs::resize_file(file, static_cast<std::uintmax_t>(ground.roll(0, size - 1)));
}

void overwrite(const fs::path& file)
{
    std::ofstream{file, std::ios::binary} << std::string(8'192, 'x');
}

using Spoil = std::function<void(Ground&)>;

Kind spoilt(std::string_view name, std::string_view how, Spoil spoil)
{
    const auto inject = [spoil = std::move(spoil)](Ground& ground) {
        ground.kill_daemon();
        spoil(ground);
    };
    const auto heal = [](Ground& ground) {
        if (!ground.daemon_runs())
            ground.start_daemon();
    };
    return {name, how, "by the next start", Part::program, Cost::nothing, inject, heal};
}

fs::path log_of(const fs::path& file)
{
    return file.string() + "-wal";
}

/// Rows wait in the file that is spoilt.
Kind with_rows_in_it(Kind kind)
{
    auto spoil = std::move(kind.inject);
    auto heal = std::move(kind.heal);
    kind.inject = [spoil = std::move(spoil)](Ground& ground) {
        ground.database_line.become(Line::State::refusing);
        ground.wait_until_rows_wait();
        spoil(ground);
    };
    kind.heal = [heal = std::move(heal)](Ground& ground) {
        ground.database_line.become(Line::State::open);
        heal(ground);
    };
    return kind;
}

struct SpoiltSpool {
    std::string_view name, full_name, how;
    Spoil spoil;
};

std::vector<SpoiltSpool> spoilt_spools()
{
    return {
        {"spool: bytes flipped", "full spool: bytes flipped", "forty bytes anywhere",
         [](Ground& ground) { flip(ground, ground.spool(), 40); }},
        {"spool: header damaged", "full spool: header damaged", "four of the first hundred bytes",
         [](Ground& ground) { flip(ground, ground.spool(), 4, 100); }},
        {"spool: truncated", "full spool: truncated", "cut off anywhere",
         [](Ground& ground) { cut(ground, ground.spool()); }},
        {"spool: no database at all", "full spool: no database at all",
         "overwritten by other bytes", [](Ground& ground) { overwrite(ground.spool()); }},
        {"spool: log damaged", "full spool: log damaged", "forty bytes of the -wal file",
         [](Ground& ground) { flip(ground, log_of(ground.spool()), 40); }},
        {"spool: log truncated", "full spool: log truncated", "the -wal file cut off",
         [](Ground& ground) { cut(ground, log_of(ground.spool())); }},
        {"spool: index of the log damaged", "full spool: index of the log damaged",
         "the -shm file overwritten",
         [](Ground& ground) { overwrite(ground.spool().string() + "-shm"); }},
    };
}

} // namespace

std::vector<Kind> kinds_of_files()
{
    std::vector<Kind> all{
        spoilt(
            "cache: bytes flipped", "forty bytes anywhere",
            [](Ground& ground) { flip(ground, ground.cache(), 40); }),
        spoilt(
            "cache: truncated", "cut off anywhere",
            [](Ground& ground) { cut(ground, ground.cache()); }),
        spoilt("cache: gone", "removed", [](Ground& ground) { fs::remove(ground.cache()); }),
        spoilt(
            "reserve: gone", "removed",
            [](Ground& ground) { fs::remove(ground.spool().string() + ".reserve"); }),
    };
    for (const auto& [name, full_name, how, spoil] : spoilt_spools()) {
        all.push_back(spoilt(name, how, spoil));
        all.push_back(with_rows_in_it(spoilt(full_name, how, spoil)));
    }
    return all;
}

} // namespace insightd::torture
