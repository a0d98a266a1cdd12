#pragma once

#include "storage/leases.hpp"
#include "tests/storage/with_database.hpp"

#include <pqxx/pqxx>

namespace insightd::storage
{

constexpr model::AccountId first = 17841400000000001, second = first + 1, third = first + 2;

/// One of several instances, on a connection of its own; takes whatever is free.
struct Instance {
    Instance(std::string url, std::string name, std::vector<model::AccountId> accounts)
        : db{std::move(url)}
    {
        beat.who.instance_id = std::move(name);
        beat.who.host = "here";
        beat.who.pid = 7;
        beat.who.version = "1";
        beat.who.accounts = std::move(accounts);
        beat.registers = true;
        beat.decide = [](const model::Census&) { return model::SharePlan{1'000, 0}; };
    }

    model::BeatAnswer send()
    {
        pqxx::work tx{db};
        auto answer = storage::beat(tx, beat);
        tx.commit();
        beat.registers = false;
        beat.known_instances = answer.instances;
        beat.known_share = answer.share;
        return answer;
    }

    void decides(std::int64_t take, std::int64_t let_go)
    {
        beat.decide = [=](const model::Census& seen) {
            census = seen;
            return model::SharePlan{take, let_go};
        };
    }

    pqxx::connection db;
    model::Beat beat;
    inline static model::Census census;
};

class LeasesTest : public DatabaseTest
{
protected:
    Instance instance(
        const std::string& name, std::vector<model::AccountId> accounts = {first, second, third})
    {
        return {url, name, std::move(accounts)};
    }

    void age(const std::string& name, int seconds) const
    {
        query(
            url, "UPDATE store.instance SET heartbeat_at = heartbeat_at - interval '" +
                     std::to_string(seconds) + " s' WHERE instance_id = '" + name + "'");
    }
};

} // namespace insightd::storage
