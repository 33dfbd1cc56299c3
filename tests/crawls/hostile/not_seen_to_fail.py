"""Cases that are as they must be with each mechanism of `mechanisms.py` off, and why they stay.

They prove nothing of a mechanism of ours. The first two groups hold a promise all the same; the others watch libraries.
"""

from __future__ import annotations

EITHER = "more than one outcome is right; the case shows that it ends within its bounds and costs no other page"
CONTROL = "a good page that a stricter reader would lose or a more gullible one would spoil; nothing to turn off"
LIBRARY = "held by Twisted, lxml, feedparser or protego; seen here should a new version of them lose it"
TWICE = "held by two layers, of which one was off"
AS_ANOTHER = "held as a case of its kind is that was seen to fail; too slow, or too large, to be turned off for itself"
NO_WAY = "there is no code that it could lead astray"

GROUPS: dict[str, str] = {
    EITHER: (
        "length_too_short type_image misnested elements_below_cap attributes_in_sum giant_attribute one_line_8_mb "
        "one_word_5_mb million_references comment_bait angle_bait space_bait huge_script huge_style huge_svg "
        "digits_only template_shadow feed_json_deep feed_junk_before feed_100000 feed_attributes feed_malformed_bait "
        "feed_deep map_gzip_cut front_endless_links front_binary robots_utf_16 robots_redirect_file "
        "robots_crawl_delay_words redirect_1_mb map_gzip_bomb"
    ),
    CONTROL: (
        "no_type cookie_bomb identity broken_utf_8 many_meta_charsets deep_section deep_blockquote inline_span "
        "deep_lists deep_tables base_elsewhere canonical_hijack feed_same_guid feed_titles feed_relative "
        "robots_403 robots_redirect_loop robots_binary robots_html robots_sitemaps_inside changing title_markup "
        "title_formula title_format combining_marks record_like_text title_1_mb very_long_line authors_10000 "
        "tags_100000 meta_1_mb meta_script ld_wrong_types ld_null ld_nan ld_deep ld_deep_closed ld_wide ld_html "
        "ld_prototype ld_other_article meta_date_1 meta_date_3 meta_date_8 meta_date_9 meta_date_11 map_100000 "
        "front_inner_links front_deep session_ids spellings"
    ),
    LIBRARY: (
        "version_2 early_hints bare_line_feeds header_nul header_bytes length_and_chunks pushed_answer "
        "one_byte_chunks entity_bomb external_entity unclosed_comment unclosed_script unclosed_style unclosed_title "
        "unclosed_textarea unclosed_attribute plaintext nothing_closed cut_in_a_tag xml_declared feed_truncated "
        "feed_controls direct_userinfo_before direct_userinfo_host"
    ),
    TWICE: "ld_surrogates status_204_with_body empty_200 gzip_member_flood unknown_coding",
    AS_ANOTHER: (
        "half_million_links page_over_cap feed_endless map_endless robots_200_mb "
        "robots_gzip_bomb"
    ),
    NO_WAY: (
        "disposition_path refresh_header utf_7_script robots_names_sitemaps calendar deeper map_names_itself"
    ),
}  # fmt: skip
NEVER_SEEN_TO_FAIL = {name: reason for reason, names in GROUPS.items() for name in names.split()}
