//! Tests that the palette can be told apart by people who see colours otherwise.
//!
//! The three deficiencies are simulated by the matrices of Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model for
//! Simulation of Color Vision Deficiency", IEEE TVCG 15(6), table 1, at severity 1.0, on linear RGB. Differences are ΔE*ab (CIE 1976) under
//! D65: simple, and strict enough for the large differences that are asked for here.

use super::theme::PALETTE;

type Matrix = [[f64; 3]; 3];

const NORMAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const PROTANOPIA: Matrix =
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]];
const DEUTERANOPIA: Matrix =
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
const TRITANOPIA: Matrix =
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];
const EYES: [(&str, Matrix); 4] = [
    ("normal sight", NORMAL),
    ("protanopia", PROTANOPIA),
    ("deuteranopia", DEUTERANOPIA),
    ("tritanopia", TRITANOPIA),
];

/// Neighbouring steps, which lie beside each other on a map.
const LEAST_OF_STEPS: f64 = 10.0;
/// Any two kinds.
const LEAST_OF_KINDS: f64 = 10.0;

fn linear(hex: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

fn seen(rgb: [f64; 3], by: &Matrix) -> [f64; 3] {
    by.map(|row| row.iter().zip(rgb).map(|(m, v)| m * v).sum::<f64>().clamp(0.0, 1.0))
}

fn lab(rgb: [f64; 3]) -> [f64; 3] {
    let to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ];
    let white = [0.95047, 1.0, 1.08883];
    let mut f = [0.0; 3];
    for (i, row) in to_xyz.iter().enumerate() {
        let t = row.iter().zip(rgb).map(|(m, v)| m * v).sum::<f64>() / white[i];
        f[i] = if t > 216.0 / 24389.0 { t.cbrt() } else { (24389.0 / 27.0 * t + 16.0) / 116.0 };
    }
    [116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])]
}

fn difference(a: &str, b: &str, by: &Matrix) -> f64 {
    let (a, b) = (lab(seen(linear(a), by)), lab(seen(linear(b), by)));
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

fn luminance(hex: &str) -> f64 {
    let [r, g, b] = linear(hex);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Contrast as WCAG 2.2 defines it.
fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn colours(start: &str, dark: bool) -> Vec<&'static str> {
    let own = PALETTE.iter().filter(|c| c.name.starts_with(start));
    own.map(|c| if dark { c.dark } else { c.light }).collect()
}

#[test]
fn the_difference_is_that_of_the_literature() {
    // White to black is 100 by definition; the matrices leave grey as it is.
    assert!((difference("#ffffff", "#000000", &NORMAL) - 100.0).abs() < 0.1);
    for (name, eyes) in &EYES {
        for row in eyes {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-5, "{name}");
        }
    }
    // Red and green of the same lightness, plain to most, are near each other for people with deuteranopia.
    let (red, green) = ("#c06000", "#708000");
    assert!(difference(red, green, &DEUTERANOPIA) < difference(red, green, &NORMAL) / 2.0);
}

#[test]
fn neighbouring_steps_differ_for_all_eyes() {
    for dark in [false, true] {
        for pair in colours("step-", dark).windows(2) {
            for (name, eyes) in &EYES {
                let found = difference(pair[0], pair[1], eyes);
                assert!(found >= LEAST_OF_STEPS, "{pair:?} by {name}: {found:.1}");
            }
        }
    }
}

#[test]
fn any_two_kinds_differ_for_all_eyes() {
    for dark in [false, true] {
        let kinds = colours("kind-", dark);
        for (i, a) in kinds.iter().enumerate() {
            for b in &kinds[i + 1..] {
                for (name, eyes) in &EYES {
                    let found = difference(a, b, eyes);
                    assert!(found >= LEAST_OF_KINDS, "{a} {b} by {name}, dark {dark}: {found:.1}");
                }
            }
        }
    }
}

#[test]
fn words_can_be_read_on_what_lies_below_them() {
    let of = |name: &str, dark: bool| colours(name, dark)[0];
    for dark in [false, true] {
        for (words, ground) in [
            ("ink", "paper"),
            ("soft", "paper"),
            ("line", "paper"),
            ("mark", "paper"),
            ("ink", "wash"),
            ("soft", "wash"),
            ("ink", "step-0"),
            ("ink", "step-1"),
            ("ink", "step-2"),
            ("paper", "step-3"),
            ("paper", "step-4"),
            ("paper", "step-5"),
        ] {
            let found = contrast(of(words, dark), of(ground, dark));
            let least = 4.5;
            assert!(found >= least, "{words} on {ground}, dark {dark}: {found:.2}");
        }
    }
}
