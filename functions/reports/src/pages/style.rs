//! Colours and layout, in light and dark. Classes begin with `tcr-`, so that nothing of the console
//! is touched.

use maud::{Markup, PreEscaped, html};

use crate::request::Theme;

/// The colours of a theme.
struct Palette {
    text: &'static str,
    muted: &'static str,
    border: &'static str,
    card: &'static str,
    soft: &'static str,
    link: &'static str,
    one: &'static str,
    /// Text on `one`.
    on_one: &'static str,
    two: &'static str,
    good: &'static str,
    bad: &'static str,
    warn: &'static str,
    warn_text: &'static str,
    none: &'static str,
}

const LIGHT: Palette = Palette {
    text: "#16191f",
    muted: "#545b64",
    border: "#d5dbdb",
    card: "#ffffff",
    soft: "#f2f5f7",
    link: "#0860b0",
    one: "#2563ae",
    on_one: "#ffffff",
    two: "#8fb8e8",
    good: "#2f855a",
    bad: "#c9301c",
    warn: "#d68910",
    warn_text: "#8a5a00",
    none: "#a3adb8",
};

const DARK: Palette = Palette {
    text: "#e9ebed",
    muted: "#a5b1c0",
    border: "#3c4a5c",
    card: "#182230",
    soft: "#232f3e",
    link: "#7cb8ff",
    one: "#4f95ea",
    on_one: "#0b1622",
    two: "#9cc7f7",
    good: "#3fae74",
    bad: "#ff6a5a",
    warn: "#efae43",
    warn_text: "#efae43",
    none: "#6b7a8d",
};

/// On paper there is nothing to click, and a card is not cut where it fits.
const PRINTED: &str = "@media print{.tcr form,.tcr-bar-of-links,.tcr .tcr-actions,.tcr .tcr-info,.tcr-more summary{display:none}.tcr .tcr-card,.tcr .tcr-tile,.tcr tr{break-inside:avoid}.tcr thead{display:table-header-group}.tcr *{print-color-adjust:exact}}";

/// The outermost element with its style.
pub(crate) fn root(theme: Theme, is_tiny: bool, content: &Markup) -> Markup {
    html! {
        // Switches the console's own style of tables and links off in this widget.
        span.cwdb-no-default-styles {}
        style {
            (PreEscaped(css(theme)))
            (PreEscaped(PRINTED))
            // Paper is light.
            @if matches!(theme, Theme::Dark) { (PreEscaped(format!("@media print{{{}}}", css(Theme::Light)))) }
        }
        div.tcr.tcr-tiny[is_tiny] { (content) }
    }
}

fn css(theme: Theme) -> String {
    let Palette {
        text,
        muted,
        border,
        card,
        soft,
        link,
        one,
        on_one,
        two,
        good,
        bad,
        warn,
        warn_text,
        none,
    } = match theme {
        Theme::Light => LIGHT,
        Theme::Dark => DARK,
    };
    let scheme = match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let colours: String =
        [("one", one), ("two", two), ("good", good), ("bad", bad), ("warn", warn), ("none", none)]
            .map(|(name, colour)| format!(".tcr .tcr-{name}{{fill:{colour}}}"))
            .concat();
    format!(
        ".tcr{{box-sizing:border-box;padding:2px 10px 12px;color:{text};font:13px/1.45 'Amazon Ember','Helvetica Neue',Roboto,Arial,sans-serif;overflow-wrap:break-word}}\
.tcr *{{box-sizing:border-box}}\
.tcr h2{{font-size:20px;line-height:1.25;margin:0;font-weight:700}}\
.tcr h3{{font-size:14px;line-height:1.3;margin:0;font-weight:700}}\
.tcr p{{margin:6px 0 0}}\
.tcr a,.tcr button{{color:{link};text-decoration:none;cursor:pointer;font:inherit;letter-spacing:inherit}}\
.tcr button{{margin:0;padding:0;border:0;background:none;text-align:inherit}}\
.tcr a:hover,.tcr button:hover{{text-decoration:underline}}\
.tcr .tcr-link{{text-decoration:underline {border};text-underline-offset:3px}}\
.tcr .tcr-link:hover{{text-decoration-color:currentColor}}\
.tcr a:focus-visible,.tcr button:focus-visible,.tcr input:focus-visible,.tcr summary:focus-visible{{outline:2px solid {link};outline-offset:2px;border-radius:4px}}\
.tcr-head{{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline;margin:4px 0 8px}}\
.tcr-muted{{color:{muted}}}\
.tcr p.tcr-complete{{margin:0 0 8px}}\
.tcr-bar-of-links{{display:flex;flex-wrap:wrap;gap:6px;align-items:center;margin:0 0 8px}}\
.tcr a.tcr-chip,.tcr button.tcr-chip,.tcr-chip{{display:inline-block;padding:2px 10px;border:1px solid {border};border-radius:12px;background:{card};white-space:nowrap}}\
.tcr-chip.tcr-here{{background:{one};border-color:{one};color:{on_one};font-weight:700}}\
.tcr-grid-of-cards{{display:grid;gap:12px;margin-top:10px}}\
.tcr-card{{background:{card};border:1px solid {border};border-radius:8px;padding:10px 12px 12px;min-width:0}}\
.tcr-wide{{grid-column:1/-1}}\
.tcr-card-head{{display:flex;gap:8px;align-items:baseline;justify-content:space-between;margin-bottom:8px}}\
.tcr .tcr-info{{flex:none;border:1px solid {border};border-radius:50%;width:24px;height:24px;line-height:22px;text-align:center;font-size:11px;color:{muted}}}\
.tcr-tiles{{display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(140px,1fr))}}\
.tcr-tile{{background:{card};border:1px solid {border};border-radius:8px;padding:8px 10px;min-width:0}}\
.tcr-tile b{{display:block;white-space:nowrap;font-size:17px;line-height:1.3;font-weight:700}}\
.tcr-tile span{{display:block;color:{muted};font-size:12px}}\
.tcr-tile .tcr-why{{font-size:11px}}\
.tcr table{{border-collapse:collapse;width:100%}}\
.tcr td,.tcr th{{padding:4px 6px;text-align:left;vertical-align:top;border-bottom:1px solid {border}}}\
.tcr td:first-child,.tcr th:first-child{{min-width:84px}}\
.tcr th{{color:{muted};font-weight:700;font-size:12px;vertical-align:bottom}}\
.tcr tr:last-child td{{border-bottom:0}}\
.tcr tbody tr:hover td{{background:{soft}}}\
.tcr .tcr-number{{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}}\
.tcr th.tcr-number{{white-space:normal}}\
.tcr th button,.tcr th a{{color:{muted};font-weight:700;text-align:inherit;text-decoration:underline dotted}}\
.tcr .tcr-nowrap{{white-space:nowrap}}\
.tcr .tcr-of-time{{width:32%;min-width:110px}}\
.tcr p.tcr-unit{{margin:0 0 2px;font-size:12px}}\
.tcr-tiny td,.tcr-tiny th{{padding:4px 3px}}\
.tcr-tiny td:first-child,.tcr-tiny th:first-child{{min-width:50px}}\
.tcr.tcr-tiny .tcr-number,.tcr.tcr-tiny .tcr-nowrap,.tcr-tiny .tcr-tag{{white-space:normal}}\
.tcr-bars td{{border-bottom:0;padding:3px 6px}}\
.tcr-bars .tcr-name{{width:36%}}\
.tcr-bars td.tcr-bar{{width:40%;min-width:60px;padding-top:7px}}\
.tcr svg{{display:block;max-width:100%}}\
.tcr svg.tcr-key{{display:inline-block;margin-right:5px}}\
.tcr svg.tcr-chart{{height:auto}}\
.tcr .tcr-axis{{fill:{muted};font-size:11px;font-family:inherit}}\
.tcr .tcr-grid{{stroke:{border};stroke-width:1}}\
.tcr .tcr-track{{fill:{soft}}}\
.tcr .tcr-hover{{fill:transparent}}\
.tcr g:hover .tcr-hover{{fill:{soft}}}\
{colours}\
.tcr-legend{{display:flex;flex-wrap:wrap;gap:2px 14px;margin:4px 0 6px;font-size:12px;color:{muted}}}\
.tcr-legend b{{color:{text}}}\
.tcr-tag{{display:inline-block;border-radius:4px;padding:0 6px;font-size:11px;line-height:18px;font-weight:700;white-space:nowrap;border:1px solid currentColor}}\
.tcr-tag.tcr-tag-bad{{color:{bad}}}\
.tcr-tag.tcr-tag-warn{{color:{warn_text}}}\
.tcr-tag.tcr-tag-good{{color:{good}}}\
.tcr-tag.tcr-tag-none{{color:{muted}}}\
.tcr-error{{border-left:4px solid {bad};margin-top:8px}}\
.tcr-actions{{display:flex;flex-wrap:wrap;gap:6px}}\
.tcr dl{{margin:0;display:grid;grid-template-columns:minmax(90px,auto) minmax(0,1fr);gap:3px 12px}}\
.tcr dt{{color:{muted}}}\
.tcr dd{{margin:0}}\
.tcr code,.tcr .tcr-long{{overflow-wrap:anywhere}}\
.tcr code{{font-family:Menlo,Consolas,monospace;font-size:12px}}\
.tcr form{{margin:0}}\
.tcr label{{display:inline-flex;flex-wrap:wrap;gap:2px 6px;align-items:center;max-width:100%}}\
.tcr input{{font:inherit;color:{text};background:{card};border:1px solid {muted};border-radius:4px;padding:2px 8px;width:250px;max-width:100%}}\
.tcr input::placeholder{{color:{muted};opacity:1}}\
.tcr input[type=date]{{width:136px;padding:1px 6px;color-scheme:{scheme}}}\
.tcr-head form{{margin:0 0 0 auto}}\
.tcr-more{{margin-top:12px}}\
.tcr-more summary{{cursor:pointer;color:{link};font-weight:700;min-height:24px;padding:4px 0}}\
.tcr-footer{{color:{muted};font-size:12px;margin-top:10px}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contrast of two colours, as the WCAG define it.
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |colour: &str| {
            let part = |at: usize| {
                let part = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
                let part = f64::from(part) / 255.0;
                if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read() {
        for palette in [LIGHT, DARK] {
            let on_card = [palette.text, palette.muted, palette.link, palette.good, palette.bad];
            let on_card = on_card.into_iter().chain([palette.warn_text]);
            let pairs = on_card.map(|text| (text, palette.card));
            for (text, ground) in pairs.chain([(palette.on_one, palette.one)]) {
                let contrast = contrast(text, ground);
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.1}");
            }
        }
    }
}
