#include "storage/spool/parcels.hpp"

#include "storage/joining.hpp"

#include <map>
#include <utility>

namespace insightd::spool
{
namespace
{

/// More of them gain little, and a database that is slow must be done in time.
constexpr std::size_t rows_at_once = 500;

} // namespace

std::vector<std::vector<Record>> by_account(std::vector<Record> records)
{
    std::vector<std::vector<Record>> accounts;
    std::map<model::AccountId, std::size_t> places;
    for (auto& record : records) {
        const auto [place, is_new] = places.try_emplace(record.account_id, accounts.size());
        if (is_new)
            accounts.emplace_back();
        accounts[place->second].push_back(std::move(record));
    }
    return accounts;
}

std::vector<Parcel> parcels_of(std::vector<Record> records)
{
    std::vector<Parcel> parcels;
    std::size_t rows = 0; // of the last one
    bool is_closed = true;
    for (auto& record : records) {
        const bool alone = storage::stands_alone(record.steps);
        if (is_closed || alone || rows + record.contents.rows > rows_at_once) {
            parcels.emplace_back();
            rows = 0;
        }
        rows += record.contents.rows;
        is_closed = alone;
        parcels.back().push_back(std::move(record));
    }
    return parcels;
}

} // namespace insightd::spool
