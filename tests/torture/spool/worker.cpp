#include "tests/torture/spool/worker.hpp"

#include "storage/spool/spool_file.hpp"

#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace insightd::torture
{
namespace
{

namespace fs = std::filesystem;
using spool::Bounds;
using spool::Record;
using spool::SpoolFile;

const model::Instant now{std::chrono::hours{24 * 20'000}};

/// A batch of one row, whose only step holds the number; large enough to fill pages.
Record record(std::int64_t number)
{
    Record one;
    one.account_id = 17841400000000000 + number % 3;
    one.worth = is_irreplaceable(number) ? model::Worth::irreplaceable : model::Worth::refetchable;
    one.contents.rows = 1;
    one.contents.collector = "media_insights";
    one.contents.first_at = one.contents.last_at = now;
    one.steps.push_back({"torture", std::to_string(number) + std::string(3'000, ' ')});
    return one;
}

std::int64_t number_in(const Record& record)
{
    return std::stoll(record.steps.front().rows);
}

Bounds bounds_of(Finds finds)
{
    return finds == Finds::no_room ? Bounds{40'000, 10} : Bounds{};
}

/// A file by itself, written past everything that fails.
class Journal
{
public:
    explicit Journal(const fs::path& file)
        : handle_{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)}
    {
    }
    ~Journal() { close(handle_); }
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    void note(Done::What what, std::int64_t number) const
    {
        const auto line = std::string{static_cast<char>(what)} + std::to_string(number) + "\n";
        if (write(handle_, line.data(), line.size()) < 0)
            std::abort();
    }

private:
    int handle_;
};

/// The spool as its writer has it: opened at first use, and again after it could not be.
class Worker
{
public:
    Worker(Finds finds, fs::path file, const fs::path& journal)
        : bounds_{bounds_of(finds)}, path_{std::move(file)}, journal_{journal}
    {
    }

    void run()
    {
        for (auto number = first_of_worker; number < first_of_worker + records_of_worker;
             ++number) {
            append(number);
            if (number % 6 == 5)
                hand_over();
        }
        attempt([](SpoolFile& file) {
            const auto losses = file.losses(now);
            static_cast<void>(losses); // they are not told: who looks must find them
            file.shrink();
        });
    }

private:
    template <class Work> bool attempt(Work work)
    {
        try {
            if (!file_)
                file_.emplace(path_, bounds_, now);
            work(*file_);
            return true;
        } catch (const std::exception&) {
            return false;
        }
    }

    void append(std::int64_t number)
    {
        bool fits = false;
        const bool done =
            attempt([&](SpoolFile& file) { fits = file.append(record(number), now); });
        const auto kept = fits ? Done::What::kept : Done::What::dropped;
        journal_.note(done ? kept : Done::What::failed, number);
    }

    /// The oldest four leave the spool.
    void hand_over()
    {
        std::vector<Record> taken;
        if (!attempt([&](SpoolFile& file) { taken = file.next(4, 1 << 20, now); }))
            return;
        std::vector<std::int64_t> places;
        for (const auto& one : taken) {
            journal_.note(Done::What::taken, number_in(one));
            places.push_back(one.seq);
        }
        if (attempt([&](SpoolFile& file) { file.acknowledge(places, now); }))
            for (const auto& one : taken)
                journal_.note(Done::What::gone, number_in(one));
    }

    Bounds bounds_;
    fs::path path_;
    Journal journal_;
    std::optional<SpoolFile> file_;
};

/// In the middle of the table: some records cannot be read, others can.
void flip_bytes(const fs::path& file)
{
    std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
    for (const auto at : {20'000, 33'000}) {
        stream.seekp(at);
        stream << "flipped!";
    }
}

} // namespace

bool is_irreplaceable(std::int64_t number)
{
    return number % 3 == 0;
}

void prepare(Finds finds, const fs::path& file)
{
    if (finds == Finds::nothing)
        return;
    {
        SpoolFile spool{file, bounds_of(finds), now};
        for (std::int64_t number = 0; number < records_of_backlog; ++number)
            spool.append(record(number), now);
    }
    if (finds == Finds::damage)
        flip_bytes(file);
}

int work(Finds finds, const fs::path& file, const fs::path& journal)
{
    Worker{finds, file, journal}.run();
    return 0;
}

std::vector<Done> read_journal(const fs::path& journal)
{
    std::vector<Done> all;
    std::ifstream in{journal};
    char what = 0;
    std::int64_t number = 0;
    while (in >> what >> number)
        all.push_back({static_cast<Done::What>(what), number});
    return all;
}

Left look(const fs::path& file)
{
    Left left;
    try {
        SpoolFile spool{file, Bounds{}, now};
        for (;;) {
            const auto records = spool.next(100, 1 << 24, now);
            if (records.empty())
                break;
            std::vector<std::int64_t> places;
            for (const auto& one : records) {
                left.numbers.push_back(number_in(one));
                places.push_back(one.seq);
            }
            spool.acknowledge(places, now);
        }
        for (const auto& [account, loss] : spool.losses(now)) {
            left.lost_rows += loss.rows.value_or(0);
            left.lost_unknown = left.lost_unknown || !loss.rows;
            left.stories_lost = left.stories_lost || loss.worth == model::Worth::irreplaceable;
        }
    } catch (const std::exception& error) {
        left.trouble = error.what();
    }
    return left;
}

} // namespace insightd::torture
