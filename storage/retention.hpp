#pragma once

#include "storage/model/retention.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pqxx
{
class transaction_base;
}

/// Old readings are thinned to what the views need: deploy/docs/retention.md.
namespace insightd::storage
{

/// The next piece of the account's pass: some posts of a month, or the account's own rows of it.
/// Looks at a month as soon as all of it is old enough, and once more at each of the two before:
/// rows come late. Takes no lock but those of the rows. The ledger store.retention goes with it,
/// so that a pass goes on wherever it was broken off.
model::ThinStep thin_step(pqxx::transaction_base& tx, const model::ThinOrder& order);

/// A pass begins at the account's oldest reading, whatever was looked at before.
void begin_thinning_anew(pqxx::transaction_base& tx, const model::ThinOrder& order);

/// What a pass that begins anew would take, by month and table; takes nothing.
std::vector<model::ThinnedRows>
count_superfluous(pqxx::transaction_base& tx, const model::ThinOrder& order);

/// The same for commands: on a connection of their own. Blocks. `told` hears of each step.
/// Throws model::Unavailable.
using ThinningHeard = std::function<void(const std::vector<model::ThinnedRows>&)>;
void would_thin(
    const std::string& url, const std::vector<model::ThinOrder>& orders, const ThinningHeard& told);
void thin(
    const std::string& url, const std::vector<model::ThinOrder>& orders, const ThinningHeard& told);

/// Likewise.
model::ThinningProgress thinning_progress(const std::string& url);

} // namespace insightd::storage
