"""Every kind of bad input and every fault that is promised an answer has a test; here is which."""

import ast

import pytest
from tests.house.source import ROOT, tree

API, FILES, TIMES = (
    "httpapi/test_batches.py",
    "domain/scenarios/imports",
    "domain/scenarios/test_times.py",
)
ONE = f"{API}::test_a_flawed_record_is_refused_and_the_others_count"
REFUSALS = "domain/scenarios/test_reasons.py"
REASONS = f"{REFUSALS}::test_reason"
IMPORT, CSV = f"{FILES}/test_file_import.py", f"{FILES}/test_csv_files.py"
COVERED = {
    "unknown scenario": [ONE, REASONS],
    "wrong unit": [ONE, REASONS, "httpapi/test_batches.py::test_quantity_with_its_unit"],
    "missing or extra field": [ONE, REASONS, "httpapi/test_records.py::test_missing_field"],
    "number out of bounds": [ONE, REASONS],
    "not finite": [
        f"{API}::test_not_finite_numbers",
        f"{CSV}::test_numbers_that_are_none",
        "httpapi/test_records.py::test_number_out_of_every_range_is_a_flaw_of_its_record",
    ],
    "text where a number belongs": [ONE, REASONS],
    "impossible speed": [ONE, REASONS],
    "future time": [ONE, f"{TIMES}::test_a_clock_ahead_by_ten_minutes_is_forgiven_by_hours_is_not"],
    "time before the methodology": [ONE, f"{TIMES}::test_before_the_scenario"],
    "daylight saving": [
        f"{TIMES}::test_other_countries_summer_time_changes_nothing",
        f"{TIMES}::test_the_citys_own_summer_time_of_1990",
        f"{FILES}/test_file_times.py::test_clock_changes_of_new_york",
    ],
    "midnight": [
        f"{API}::test_midnight_belongs_to_the_citys_day",
        f"{TIMES}::test_the_day_is_the_citys_whatever_the_offset",
        "domain/scenarios/test_overlaps.py::test_a_trip_over_midnight_meets_both_days",
        f"{FILES}/test_file_stages.py::test_pairs_across_midnight_and_out_of_order",
    ],
    "provider's clock off by hours": [
        ONE,
        f"{TIMES}::test_a_clock_ahead_by_ten_minutes_is_forgiven_by_hours_is_not",
        f"{API}::test_stale",
    ],
    "10,001 records": [
        f"{API}::test_too_many_records",
        "httpapi/test_records.py::test_count_limits",
        "httpapi/test_served.py::test_ten_thousand_records_and_one_more",
    ],
    "50 MB body": [
        "httpapi/test_served.py::test_fifty_megabytes_are_refused_before_they_are_sent",
        "httpapi/test_bodies.py::test_gzip_bomb_is_not_unpacked",
    ],
    "truncated gzip": [
        f"{API}::test_unreadable_bodies",
        "httpapi/test_bodies.py::test_truncated_gzip",
        f"{CSV}::test_gzip_whole_cut_and_damaged",
    ],
    "invalid UTF-8": [
        f"{API}::test_unreadable_bodies",
        "httpapi/test_bodies.py::test_other_encodings",
        f"{CSV}::test_bytes_that_are_no_text_refuse_their_row_only",
        f"{CSV}::test_wrong_encoding_is_a_fault_of_the_file",
    ],
    "byte order mark": [
        f"{API}::test_json_with_a_byte_order_mark",
        f"{API}::test_lines_with_a_byte_order_mark_mixed_ends_and_gzip",
        f"{CSV}::test_byte_order_mark_mixed_line_ends_blank_lines_and_no_last_newline",
    ],
    "mixed line ends": [
        f"{API}::test_lines_with_a_byte_order_mark_mixed_ends_and_gzip",
        f"{CSV}::test_line_ends_cut_by_a_block_border",
    ],
    "forged signature": [
        f"{API}::test_forged",
        "httpapi/test_signing.py::test_any_changed_byte_of_the_signature",
        "httpapi/test_signing.py::test_changed_body",
    ],
    "stale signature": [f"{API}::test_stale", "httpapi/test_signing.py::test_stale"],
    "replayed signature": [
        f"{API}::test_replayed",
        "httpapi/test_served.py::test_one_nonce_in_parallel_is_taken_once",
    ],
    "another provider's subject": [
        f"{API}::test_another_providers_subject",
        f"{REFUSALS}::test_another_providers_subject_is_unknown_here",
    ],
    "withdrawn consent": [
        f"{API}::test_withdrawn_consent",
        "flows/test_races.py::test_a_withdrawal_waits_for_the_batch_that_read_the_consent",
        "domain/scenarios/test_purposes.py::test_the_word_reaches_every_provider_and_later_links",
    ],
    "frozen account": [
        f"{API}::test_frozen_account",
        "flows/test_races.py::test_freezing_and_batches_at_once",
        "domain/scenarios/test_corrections.py::test_a_frozen_account_is_not_corrected_and_loses_nothing",
        "domain/scenarios/test_recomputation.py::test_a_frozen_account_is_left_as_it_is",
    ],
    "database restarted in mid-batch": [
        "flows/test_faults.py::test_the_database_dies_in_mid_batch",
        "httpapi/test_served.py::test_database_lost_in_mid_batch",
        f"{IMPORT}::test_trouble_of_the_machine_stops_with_a_sentence_and_resumes",
    ],
    "disk full on import": [
        f"{IMPORT}::test_disk_full_stops_cleanly_and_resumes",
        f"{IMPORT}::test_trouble_of_the_machine_stops_with_a_sentence_and_resumes",
    ],
    "two importers on the same file": [
        f"{IMPORT}::test_second_importer_of_the_same_file_is_told",
    ],
    "kill -9 at each stage": [
        "flows/test_faults.py::test_killed_before_the_commit_then_redelivered",
        "flows/test_faults.py::test_killed_after_the_commit_then_redelivered",
        "flows/test_faults.py::test_killed_in_a_correction_and_in_a_withdrawal",
        f"{IMPORT}::test_killed_at_each_stage_then_resumed",
    ],
    "no subject, nobody's consent": [
        f"{REFUSALS}::test_of_an_unknown_subject_nothing_is_kept_anywhere",
        f"{REFUSALS}::test_without_any_consent_nothing_is_kept_anywhere",
        f"{REFUSALS}::test_of_a_row_without_a_subject_only_place_and_reason_are_kept",
    ],
    "one batch or many": [
        "domain/scenarios/test_counting.py::test_any_cut_counts_as_one_act_after_another",
    ],
}


@pytest.mark.parametrize("trouble", COVERED)
def test_its_tests_are_there(trouble: str) -> None:
    for one in COVERED[trouble]:
        file, _, name = one.partition("::")
        names = {
            node.name
            for node in tree(ROOT / "tests" / file).body
            if isinstance(node, ast.FunctionDef)
        }
        assert name in names, f"{trouble}: {one} is gone; name the test that took its place"
