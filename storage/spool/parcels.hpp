#pragma once

#include "storage/spool/record.hpp"

#include <vector>

namespace insightd::spool
{

/// Records of one account that go to the database together, in one transaction.
using Parcel = std::vector<Record>;

/// What waits, account by account, each with its records in the order in which they were collected:
/// one's rows must stay in it, those of others may overtake them.
std::vector<std::vector<Record>> by_account(std::vector<Record> records);

/// One account's, in their order: up to 500 rows together, and by itself what has more, or has rows
/// that all accounts share.
std::vector<Parcel> parcels_of(std::vector<Record> records);

} // namespace insightd::spool
