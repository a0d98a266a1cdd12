#include "storage/caretaker.hpp"

#include "storage/json_rows.hpp"
#include "storage/rebuilding.hpp"
#include "storage/retention.hpp"
#include "storage/worker.hpp"

namespace insightd::storage
{

namespace
{

constexpr int months_ahead = 3;

/// What is done here is done in seconds, and a statement ends within a minute: later no answer
/// comes.
constexpr std::chrono::minutes patience{10};

/// A lock that is waited for holds up whoever comes after.
constexpr auto wait_little = "SET LOCAL lock_timeout = '1s'";

constexpr auto make_month = "SELECT store.ensure_month((date_trunc('month', $1::date) + "
                            "make_interval(months => $2))::date)";

} // namespace

class Caretaker::Connected : public Worker
{
public:
    using Worker::Worker;
};

Caretaker::Caretaker(std::string url, std::function<void()> before_connecting)
    : url_{url}, worker_{std::make_unique<Connected>(std::move(url), std::move(before_connecting))}
{
}

Caretaker::~Caretaker() = default;

bool Caretaker::is_busy() const
{
    return worker_->is_busy();
}

boost::asio::awaitable<void> Caretaker::make_months(model::Instant now)
{
    auto job = [day = text_of(std::chrono::floor<std::chrono::days>(now))](pqxx::connection& db) {
        for (int ahead = 0; ahead <= months_ahead; ++ahead) {
            pqxx::work tx{db};
            tx.exec0(wait_little);
            tx.exec_params(make_month, day, ahead);
            tx.commit();
        }
        return true;
    };
    co_await worker_->run<bool>(std::move(job), patience);
}

boost::asio::awaitable<model::ThinStep> Caretaker::thin(model::ThinOrder order)
{
    auto job = [order](pqxx::connection& db) {
        pqxx::work tx{db};
        auto step = thin_step(tx, order);
        tx.commit();
        return step;
    };
    co_return co_await worker_->run<model::ThinStep>(std::move(job), patience);
}

boost::asio::awaitable<std::optional<model::RebuiltMonth>>
Caretaker::rebuild_month(model::Instant now)
{
    auto job = [this, now](pqxx::connection&) {
        return storage::rebuild_month(url_, now, [this] { return is_stopping_.load(); });
    };
    co_return co_await worker_->run<std::optional<model::RebuiltMonth>>(std::move(job));
}

} // namespace insightd::storage
