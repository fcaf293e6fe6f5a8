//! Helpers for days and areas, beside what the dialect has.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Float64Array, StringArray};
use arrow_schema::DataType;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use tarazu_events::{Period, PeriodUnit};

/// All of them, to be registered in a session.
pub(super) fn functions() -> Vec<ScalarUDF> {
    let period = |name: &str, unit: PeriodUnit| {
        create_udf(
            name,
            vec![DataType::Date32],
            DataType::Utf8,
            Volatility::Immutable,
            Arc::new(move |arguments: &[ColumnarValue]| {
                let arrays = ColumnarValue::values_to_arrays(arguments)?;
                let days = arrays[0].as_primitive::<Date32Type>();
                let origin = jiff::civil::date(1970, 1, 1);
                let periods = days.iter().map(|day| {
                    let day = origin.checked_add(jiff::Span::new().try_days(day?).ok()?).ok()?;
                    Some(Period::of(day, unit).to_string())
                });
                Ok(ColumnarValue::Array(Arc::new(periods.collect::<StringArray>())))
            }),
        )
    };
    let distance = create_udf(
        "distance_km",
        vec![DataType::Float64; 4],
        DataType::Float64,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let of = |i: usize| arrays[i].as_primitive::<Float64Type>().iter();
            let rows = of(0).zip(of(1)).zip(of(2).zip(of(3)));
            let distances = rows.map(|((a, b), (c, d))| Some(distance_km((a?, b?), (c?, d?))));
            Ok(ColumnarValue::Array(Arc::new(distances.collect::<Float64Array>())))
        }),
    );
    let area = create_udf(
        "area",
        vec![DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(|arguments: &[ColumnarValue]| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let names = arrays[0].as_string::<i32>().iter().map(|name| name.map(area_key));
            Ok(ColumnarValue::Array(Arc::new(names.collect::<StringArray>())))
        }),
    );
    vec![
        period("week", PeriodUnit::Week),
        period("month", PeriodUnit::Month),
        period("quarter", PeriodUnit::Quarter),
        period("year", PeriodUnit::Year),
        distance,
        area,
    ]
}

/// Great-circle distance of two points in degrees north and east, in kilometres, on a sphere of the Earth's mean radius of 6,371.0088
/// km (haversine formula, Sinnott 1984).
fn distance_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat1, lat2) = (a.0.to_radians(), b.0.to_radians());
    let (dlat, dlon) = (lat2 - lat1, (b.1 - a.1).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * 6371.0088 * h.min(1.0).sqrt().asin()
}

/// A division's name for comparing: small letters, no marks over letters, no word for its kind.
fn area_key(name: &str) -> String {
    const KINDS: [&str; 10] = [
        "province",
        "district",
        "division",
        "state",
        "governorate",
        "region",
        "territory",
        "agency",
        "oblast",
        "city",
    ];
    let letters: String = name
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' => 'e',
            'ì'..='ï' | 'ī' | 'ĭ' => 'i',
            'ò'..='ö' | 'ō' | 'ŏ' => 'o',
            'ù'..='ü' | 'ū' | 'ŭ' => 'u',
            'ç' | 'ć' | 'č' => 'c',
            'ñ' | 'ń' => 'n',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    let words: Vec<&str> = letters.split_whitespace().collect();
    let kept: Vec<&str> = words.iter().copied().filter(|w| !KINDS.contains(w)).collect();
    if kept.is_empty() { words.join(" ") } else { kept.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_sphere() {
        // A quarter of the equator, and Sinnott's case of two near points.
        assert!((distance_km((0.0, 0.0), (0.0, 90.0)) - 10_007.557).abs() < 0.01);
        assert!((distance_km((34.0, 71.0), (34.0, 71.001)) - 0.0922).abs() < 0.001);
    }

    #[test]
    fn divisions_are_compared_without_the_word_for_their_kind() {
        assert_eq!(area_key("Balochistān province"), area_key("BALOCHISTAN"));
        assert_eq!(area_key("Jani Khel district"), "jani khel");
        assert_eq!(area_key("Province"), "province");
    }
}
