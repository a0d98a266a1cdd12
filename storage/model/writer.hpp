#pragma once

#include "storage/model/rows.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <stdexcept>

namespace insightd::model
{

/// The store cannot take rows now. Nothing of the batch was acknowledged; it may be written again.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The store refuses this batch for what is in it; another batch may well be taken.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Shared, because the caller keeps it until it is acknowledged, and another thread reads it.
using SharedBatch = std::shared_ptr<const Batch>;

/// Where collectors leave their rows.
class Writer
{
public:
    virtual ~Writer() = default;

    /// Returns once the batch is committed. Writing it again changes nothing.
    /// Throws Unavailable when the store is away, Refused when it does not take this batch.
    virtual boost::asio::awaitable<void> write(SharedBatch batch) = 0;
};

} // namespace insightd::model
