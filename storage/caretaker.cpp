#include "storage/caretaker.hpp"

#include "storage/retention.hpp"
#include "storage/worker.hpp"

namespace insightd::storage
{

class Caretaker::Connected : public Worker
{
public:
    using Worker::Worker;
};

Caretaker::Caretaker(std::string url, std::function<void()> before_connecting)
    : worker_{std::make_unique<Connected>(std::move(url), std::move(before_connecting))}
{
}

Caretaker::~Caretaker() = default;

bool Caretaker::is_busy() const
{
    return worker_->is_busy();
}

boost::asio::awaitable<model::ThinStep> Caretaker::thin(model::ThinOrder order)
{
    auto job = [order](pqxx::connection& db) {
        pqxx::work tx{db};
        auto step = thin_step(tx, order);
        tx.commit();
        return step;
    };
    co_return co_await worker_->run<model::ThinStep>(std::move(job));
}

} // namespace insightd::storage
