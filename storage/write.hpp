#pragma once

#include "storage/model/metric.hpp"
#include "storage/model/rows.hpp"

#include <pqxx/pqxx>

#include <vector>

/// What one transaction writes. Every statement may be repeated: replaying it changes nothing.
namespace insightd::storage
{

/// Everything of the batch, in the order in which later rows rest on earlier ones.
void write_batch(pqxx::transaction_base& tx, const model::Batch& batch);

/// Configured accounts; those that are no longer configured stay.
void write_accounts(pqxx::transaction_base& tx, const std::vector<model::Account>& accounts);

/// The catalogue, whole: lines that are no longer in it go.
void write_catalogue(pqxx::transaction_base& tx, const std::vector<model::Metric>& catalogue);

// The parts of a batch, one file each: write_media.cpp, write_samples.cpp, write_account.cpp.
void write_media(
    pqxx::transaction_base& tx, model::AccountId account, const std::vector<model::Media>& media);
void write_samples(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::MediaSample>& samples);
void write_profiles(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::Profile>& profiles);
void write_days(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::AccountDay>& days);
void write_demographics(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::Demographics>& snapshots);
void write_online_followers(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::OnlineFollowers>& days);
void write_runs(
    pqxx::transaction_base& tx, model::AccountId account,
    const std::vector<model::CollectorRun>& runs);

} // namespace insightd::storage
