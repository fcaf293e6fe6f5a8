//! Which pairs are compared: reports near each other in place and time, found through cells of a grid and days in order, never by
//! going through all pairs.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use crate::prepare::Prepared;
use crate::radix;

/// Kilometres within which pairs of two classes of precision are compared.
pub(crate) type Limits = [[f32; 8]; 8];

/// Reports looked at for one report in one cell; beyond it the window of days is narrowed.
const VISITED: usize = 4096;

/// Kilometres of the side of a cell, so that what lies within the limit of a report is in at most two by two cells: few sizes, as an
/// index serves all limits of one.
fn side(limit: f32) -> f32 {
    (limit * 2.0).log2().ceil().exp2().max(0.25)
}

/// Cells on the side of a square of them.
const SQUARE: u32 = 8;

/// Reports of one dataset, class and length of interval, by cell and first day.
struct Index {
    /// Kilometres of the side of a cell.
    size: f32,
    /// First days, in order of squares, cells and days.
    days: Vec<i32>,
    /// Place and position of each.
    entries: Vec<((f32, f32), u32)>,
    /// Of each square of cells that has any: its occupied cells, a bit for each, and the number of the first of them. What is near a
    /// report is mostly in one square, and reports follow each other by place, so that this is at hand.
    squares: HashMap<u64, (u64, u32), FixedState>,
    /// Where the entries of each occupied cell begin, and the end.
    starts: Vec<u32>,
    /// Columns to a degree of longitude, by row.
    scales: Vec<f32>,
    longest: i32,
}

fn cell_row(latitude: f32, size: f32) -> u32 {
    ((latitude + 90.0) * 111.195 / size) as u32
}

fn column(longitude: f32, scale: f32) -> u32 {
    ((longitude + 180.0) * scale) as u32
}

/// Columns to a degree of longitude, by the middle of the row of cells.
fn row_scale(row: u32, size: f32) -> f32 {
    let middle = (row as f32 + 0.5) * size / 111.195 - 90.0;
    (111.195 * middle.to_radians().cos()).max(1.0) / size
}

/// The square of a cell, and its bit within that.
fn cell(row: u32, column: u32) -> (u64, u32) {
    let square = u64::from(row / SQUARE) << 32 | u64::from(column / SQUARE);
    (square, row % SQUARE * SQUARE + column % SQUARE)
}

/// How many of some days, which are in order, are earlier than one.
fn earlier(days: &[i32], day: i32) -> usize {
    // Counting few takes less time than seeking among them.
    if days.len() <= 32 {
        days.iter().map(|&d| u32::from(d < day)).sum::<u32>() as usize
    } else {
        days.partition_point(|&d| d < day)
    }
}

impl Index {
    fn new(p: &Prepared, positions: &[u32], size: f32) -> Self {
        let mut longest = 0;
        let scales: Vec<f32> = (0..=cell_row(90.0, size)).map(|row| row_scale(row, size)).collect();
        let mut entries: Vec<(u64, i32, u32)> = positions
            .iter()
            .map(|&position| {
                let at = position as usize;
                longest = longest.max(p.end[at] - p.start[at]);
                let row = cell_row(p.latitude[at], size);
                let (square, bit) = cell(row, column(p.longitude[at], scales[row as usize]));
                (square << 6 | u64::from(bit), p.start[at], position)
            })
            .collect();
        // By cell, then day, then position, which they come in.
        radix::sort(&mut entries, |e| u64::from(e.1.abs_diff(i32::MIN)));
        radix::sort(&mut entries, |e| e.0);
        let square = |entry: &(u64, i32, u32)| entry.0 >> 6;
        let occupied = entries.chunk_by(|x, y| square(x) == square(y)).count();
        let mut squares: HashMap<u64, (u64, u32), FixedState> =
            HashMap::with_capacity_and_hasher(occupied, FixedState::default());
        let mut starts = Vec::with_capacity(occupied);
        let mut from = 0;
        for of in entries.chunk_by(|x, y| square(x) == square(y)) {
            let (first, mut bits) = (starts.len() as u32, 0);
            for of in of.chunk_by(|x, y| x.0 == y.0) {
                bits |= 1 << (of[0].0 & 63);
                starts.push(from);
                from += of.len() as u32;
            }
            squares.insert(square(&of[0]), (bits, first));
        }
        starts.push(from);
        let days = entries.iter().map(|e| e.1).collect();
        let place = |at: u32| (p.latitude[at as usize], p.longitude[at as usize]);
        let entries = entries.into_iter().map(|e| (place(e.2), e.2)).collect();
        Self { size, days, entries, squares, starts, scales, longest }
    }

    /// Visit what may be near a report: position, place and first day; says whether something was left out.
    fn near(
        &self,
        p: &Prepared,
        at: usize,
        limit: f32,
        days: i32,
        mut visit: impl FnMut(usize, (f32, f32), i32),
    ) -> bool {
        let (latitude, longitude) = (p.latitude[at], p.longitude[at]);
        let (start, end) = (p.start[at] - self.longest, p.end[at]);
        let reach = limit / 111.195;
        let rows = cell_row((latitude - reach).max(-90.0), self.size)
            ..=cell_row((latitude + reach).min(90.0), self.size);
        // The widest the limit can be in degrees of longitude, at the latitude nearest to the pole that it reaches.
        let polar = (latitude.abs() + reach).min(89.9);
        let width = (reach / polar.to_radians().cos()).min(180.0);
        let (west, east) = (longitude - width, longitude + width);
        let mut spans = [Some((west.max(-180.0), east.min(180.0))), None];
        if west < -180.0 {
            spans[1] = Some((west + 360.0, 180.0));
        } else if east > 180.0 {
            spans[1] = Some((-180.0, east - 360.0));
        }
        let mut capped = false;
        let (mut square, mut held) = (u64::MAX, None);
        for row in rows {
            let scale = self.scales[row as usize];
            for (west, east) in spans.into_iter().flatten() {
                for column in column(west, scale)..=column(east, scale) {
                    let (of, bit) = cell(row, column);
                    if of != square {
                        (square, held) = (of, self.squares.get(&of));
                    }
                    let Some(&(bits, first)) = held else { continue };
                    if bits >> bit & 1 == 0 {
                        continue;
                    }
                    let cell = (first + (bits & ((1 << bit) - 1)).count_ones()) as usize;
                    let (from, upto) = (self.starts[cell] as usize, self.starts[cell + 1] as usize);
                    let of = &self.days[from..upto];
                    let window = |days: i32| {
                        let first = earlier(of, start - days);
                        // Most cells have nothing on the days asked for.
                        match of.get(first) {
                            Some(&day) if day <= end + days => {
                                from + first..from + first + of[first..].partition_point(|&d| d <= end + days)
                            }
                            _ => 0..0,
                        }
                    };
                    let mut found = window(days);
                    let mut narrowed = days;
                    while found.len() > VISITED && narrowed > 0 {
                        narrowed /= 2;
                        found = window(narrowed);
                        capped = true;
                    }
                    if found.len() > VISITED {
                        found.end = found.start + VISITED;
                    }
                    for (&(place, position), &day) in
                        self.entries[found.clone()].iter().zip(&self.days[found])
                    {
                        visit(position as usize, place, day);
                    }
                }
            }
        }
        capped
    }
}

/// What to compare.
pub(crate) struct Scope<'a> {
    pub(crate) p: &'a Prepared,
    /// Positions of one dataset.
    pub(crate) a: Range<usize>,
    /// Positions of the other; the same for one dataset with itself.
    pub(crate) b: Range<usize>,
    pub(crate) limits: &'a Limits,
    pub(crate) days: i32,
    /// Days of the longest report that tells of one incident.
    pub(crate) longest: i32,
    /// Whether each position is in a sample.
    pub(crate) sampled: Option<&'a [bool]>,
}

impl Scope<'_> {
    /// Pairs within the limits: `score` makes of each what is kept. Also the number of pairs compared and of reports whose candidates
    /// were capped. Order depends on positions alone.
    pub(crate) fn pairs<T: Send>(
        &self,
        cap: usize,
        weight: impl Fn(&T) -> f32 + Sync,
        score: impl Fn(usize, usize) -> Option<T> + Sync,
    ) -> (Vec<T>, u64, u64) {
        let p = self.p;
        let same = self.a == self.b;
        let usable = |at: &usize| p.placed(*at) && self.sampled.is_none_or(|s| s[*at]);
        let group = |at: usize| {
            let length = p.end[at] - p.start[at];
            usize::from(length > 1) + usize::from(length > 31)
        };
        let split = |range: &Range<usize>| {
            let mut classes = vec![Vec::new(); 8 * 3];
            for at in range.clone().filter(usable) {
                classes[usize::from(p.class[at]) * 3 + group(at)].push(at as u32);
            }
            classes
        };
        let left: Vec<Vec<u32>> = {
            let mut classes = vec![Vec::new(); 8];
            for at in self.a.clone().filter(usable) {
                classes[usize::from(p.class[at])].push(at as u32);
            }
            classes
        };
        let right = split(&self.b);
        let (mut kept, mut compared, mut capped) = (Vec::new(), 0, 0);
        for (y, right) in right.iter().enumerate().filter(|(_, r)| !r.is_empty()) {
            let mut made: Option<Index> = None;
            for (x, left) in left.iter().enumerate().filter(|(_, l)| !l.is_empty()) {
                let limit = self.limits[x][y / 3];
                // One of another size goes before the next is made.
                let fits = made.take().filter(|index| index.size == side(limit));
                let index = made.insert(fits.unwrap_or_else(|| Index::new(p, right, side(limit))));
                let parts: Vec<(Vec<T>, u64, u64)> = left
                    .par_chunks(2048)
                    .map(|chunk| {
                        let (mut out, mut compared, mut capped) = (Vec::new(), 0, 0);
                        for &at in chunk {
                            let at = at as usize;
                            let first = out.len();
                            let own = (p.latitude[at], p.longitude[at]);
                            let (start, end) = (p.start[at], p.end[at]);
                            // Whether either may be a lump of incidents.
                            let lumps = (end - start).max(index.longest) >= self.longest;
                            let full = index.near(p, at, limit, self.days, |other, place, day| {
                                if same && other <= at
                                    || (own.0 - place.0).abs() * 111.195 > limit
                                    || crate::compare::kilometres(own, place) > limit
                                {
                                    return;
                                }
                                let last = if index.longest == 0 { day } else { p.end[other] };
                                if (day - end).max(start - last) > self.days
                                    || lumps && p.lump_and_part(at, other, self.longest)
                                {
                                    return;
                                }
                                compared += 1;
                                out.extend(score(at, other));
                            });
                            let found: &mut [T] = &mut out[first..];
                            let over = found.len() > cap;
                            if over {
                                found.sort_by(|x, y| weight(y).total_cmp(&weight(x)));
                                out.truncate(first + cap);
                            }
                            capped += u64::from(full || over);
                        }
                        (out, compared, capped)
                    })
                    .collect();
                for (part, c, f) in parts {
                    kept.extend(part);
                    compared += c;
                    capped += f;
                }
            }
        }
        (kept, compared, capped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Near one another, near a pole, and on both sides of the line of dates.
    fn place() -> impl Strategy<Value = (f32, f32)> {
        let offset = || (-3.0_f32..3.0, -3.0_f32..3.0);
        let centre =
            prop_oneof![Just((33.0, 70.0)), Just((-89.0, 10.0)), Just((60.0, 179.5)), Just((0.0, 0.0))];
        (centre, offset()).prop_map(|((y, x), (dy, dx)): ((f32, f32), _)| {
            let x = x + dx;
            ((y + dy).clamp(-89.0, 89.0), if x > 180.0 { x - 360.0 } else { x })
        })
    }

    proptest! {
        /// The grid finds every pair within the limits, and no other.
        #[test]
        fn pairs_are_those_that_all_pairs_hold(
            reports in proptest::collection::vec((place(), 0_i32..60, 0_i32..40, 0_u8..2), 2..120),
            limit in prop_oneof![Just(0.1_f32), Just(3.0), Just(150.0), Just(400.0)],
        ) {
            let p = Prepared {
                start: reports.iter().map(|r| r.1).collect(),
                end: reports.iter().map(|r| r.1 + (r.2 - 30).max(0)).collect(),
                latitude: reports.iter().map(|r| r.0.0).collect(),
                longitude: reports.iter().map(|r| r.0.1).collect(),
                class: reports.iter().map(|r| r.3).collect(),
                ..Prepared::default()
            };
            let mut limits: Limits = [[limit; 8]; 8];
            limits[0][1] = limit * 3.0;
            let (a, b) = (0..reports.len() / 2, reports.len() / 2..reports.len());
            let scope = Scope { p: &p, a: a.clone(), b: b.clone(), limits: &limits, days: 5, longest: 8, sampled: None };
            let (mut found, compared, _) = scope.pairs(1000, |_| 0.0, |a, b| Some((a, b)));
            found.sort_unstable();
            let near = |&(x, y): &(usize, usize)| {
                let at = |n: usize| (p.latitude[n], p.longitude[n]);
                let limit = limits[usize::from(p.class[x])][usize::from(p.class[y])];
                crate::compare::kilometres(at(x), at(y)) <= limit
                    && (p.start[y] - p.end[x]).max(p.start[x] - p.end[y]) <= 5
                    && !p.lump_and_part(x, y, 8)
            };
            let expected: Vec<(usize, usize)> =
                a.flat_map(|x| b.clone().map(move |y| (x, y))).filter(near).collect();
            prop_assert_eq!(compared, expected.len() as u64);
            prop_assert_eq!(found, expected);
        }
    }
}
