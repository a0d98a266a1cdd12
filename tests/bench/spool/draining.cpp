#include "tests/bench/spool/draining.hpp"

#include "storage/database.hpp"
#include "storage/spool/spooled_writer.hpp"
#include "storage/thread.hpp"
#include "tests/support/run.hpp"

#include <limits>

namespace insightd::bench
{
namespace
{

constexpr std::size_t records_at_once = 64;

spool::Bounds no_bounds()
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return {most, most};
}

} // namespace

Measured drain(const Filled& filled)
{
    boost::asio::io_context loop{1};
    storage::Database database{filled.database_url};
    storage::Thread disk{"the disk"};
    spool::SpooledWriter writer{
        {loop.get_executor(), database, disk, [&] { return filled.now; }, [](const auto&) {}},
        filled.spool,
        no_bounds()};
    testing::run(loop, writer.open());
    writer.database_is_prepared();
    const auto waited = writer.depth();
    const Stopwatch watch;
    while (writer.depth().records > 0)
        testing::run(loop, writer.replay_now());
    auto measured = watch.taken_for(waited);
    measured.server = cpu_of_server(filled.database_url);
    return measured;
}

Measured drain_one_by_one(const Filled& filled)
{
    boost::asio::io_context loop{1};
    storage::Database database{filled.database_url};
    spool::SpoolFile file{filled.spool, no_bounds(), filled.now};
    const auto waited = file.depth();
    const Stopwatch watch;
    testing::run(loop, database.probe());
    while (file.depth().records > 0) {
        std::vector<std::int64_t> written;
        for (auto& record :
             file.next(records_at_once, std::numeric_limits<std::size_t>::max(), filled.now)) {
            testing::run(loop, database.write_steps(record.account_id, std::move(record.steps)));
            written.push_back(record.seq);
        }
        testing::run(loop, database.make_durable());
        file.acknowledge(written, filled.now);
    }
    auto measured = watch.taken_for(waited);
    measured.server = cpu_of_server(filled.database_url);
    return measured;
}

} // namespace insightd::bench
