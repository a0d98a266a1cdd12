#include "storage/heart.hpp"

#include "storage/leases.hpp"
#include "storage/worker.hpp"

namespace insightd::storage
{

class Heart::Connected : public Worker
{
public:
    using Worker::Worker;
};

Heart::Heart(
    std::string url, std::chrono::steady_clock::duration patience,
    std::function<void()> before_connecting)
    : worker_{std::make_unique<Connected>(std::move(url), std::move(before_connecting))},
      patience_{patience}
{
}

Heart::~Heart() = default;

bool Heart::is_busy() const
{
    return worker_->is_busy();
}

boost::asio::awaitable<model::BeatAnswer> Heart::beat(model::Beat beat)
{
    // Who is not there yet holds nothing that could be lost meanwhile, and has all accounts to
    // name.
    const auto patience = beat.registers ? 2 * patience_ : patience_;
    auto job = [beat = std::move(beat)](pqxx::connection& db) {
        pqxx::work tx{db};
        auto answer = storage::beat(tx, beat);
        tx.commit();
        return answer;
    };
    co_return co_await worker_->run<model::BeatAnswer>(std::move(job), patience);
}

boost::asio::awaitable<void>
Heart::leave(std::string instance_id, std::vector<model::AccountId> unstored)
{
    auto job = [instance_id = std::move(instance_id),
                unstored = std::move(unstored)](pqxx::connection& db) {
        pqxx::work tx{db};
        storage::leave(tx, instance_id, unstored);
        tx.commit();
        return true;
    };
    co_await worker_->run<bool>(std::move(job), patience_);
}

} // namespace insightd::storage
