// The shapes of the data files, as `tarazu-web` writes them.

export interface Cite { document: string; locator: string; secondary: boolean }
export interface Header { id: string; cites: Cite[] }
export type Moment = { On: string } | "Never" | "Unknown" | "Ongoing";
export type StrandKind = "Security" | "RegionalCooperation" | "SocioEconomic" | "Political";

export interface Actor { header: Header; name: string; short: string | null; kind: string; part_of: string | null; aliases: string[] }
export interface Strand { header: Header; kind: StrandKind | null; text: string }
export interface AlsoGiven { field: string; value: string; cites: Cite[] }
export interface Campaign {
  header: Header; name: string; translation: string | null; spellings: string[]; actor: string; kind: "Operation" | "Plan" | "Policy" | null;
  announced: Moment; begun: Moment; ended: Moment; areas: string[]; part_of: string | null; summary: string; strands: Strand[]; also_given: AlsoGiven[];
}
export interface Intervention { header: Header; name: string; kind: string; date: string; end: string | null; actors: string[]; summary: string; also_given: AlsoGiven[] }
export interface OperationList { header: Header; document: string; states: string; count: number | null; members: string[]; note: string | null }
export interface Wording { version: string; text: string; cites: Cite[]; note: string | null }
export interface Score { year: number; score: number; evidence: string; cites: Cite[] }
export interface Commitment {
  header: Header; actor: string; campaign: string; strand: StrandKind | null; point: number | null; date: string; summary: string;
  wordings: Wording[]; scores: Score[]; unrateable: string | null;
}
export interface ProgrammeResult {
  indicator: string; unit: string; period: string; baseline: number | null; target: number | null; actual: number | null; note: string | null; cites: Cite[];
}
export interface Programme {
  header: Header; name: string; actor: string; campaign: string; strand: StrandKind | null; summary: string; results: ProgrammeResult[]; unrateable: string | null;
}
export interface Encounter {
  header: Header; kind: string; parties: string[]; date: string; end: string | null; place: string | null; summary: string; quote: string | null;
  quoted_actor: string | null; about: string[];
}
export type ResponseKind = "Confirm" | "Deny" | "Dispute" | "Accuse" | "Clarify";
export interface Answering { actor: string; voice: string | null; kind: ResponseKind | null; date: string; text: string; quote: string | null; cites: Cite[] }
export interface Claim {
  header: Header; actor: string; voice: string | null; date: string; proposition: string; quote: string | null; about: string[];
  responses: Answering[]; no_response_found: string | null;
}
export interface Request {
  header: Header; actor: string; of: string; date: string; what: string; quote: string | null; about: string[];
  status: "Answered" | "PartlyAnswered" | "Open" | null; answered: string | null; answer: string | null; answer_cites: Cite[]; searched: string;
}
export interface Tally {
  header: Header; tracker: string; measure: string; definition: string; coverage: string; from: string; to: string;
  value: number | null; low: number | null; high: number | null;
}
export interface Toll { per: string; killed: number | null; wounded: number | null; detail: string; date: string; cites: Cite[] }
export interface Followed { kind: string; actor: string; date: string; text: string; amount: number | null; currency: string | null; cites: Cite[] }
export interface Incident {
  header: Header; name: string; date: string; district: string; province: string; group_struck: string; summary: string; tolls: Toll[]; followed: Followed[];
}
export interface IndicatorValue {
  date: string | null; period: [string, string] | null; value: number | null; low: number | null; high: number | null; per: string; note: string | null; cites: Cite[];
}
export interface Indicator { header: Header; name: string; definition: string; unit: string; about: string[]; values: IndicatorValue[] }

export interface Correction { header: Header; date: string; said: string; says: string; why: string; about: string[]; edition: string | null }
export interface Ledger {
  actors: Actor[]; campaigns: Campaign[]; interventions: Intervention[]; operation_lists: OperationList[]; commitments: Commitment[];
  programmes: Programme[]; encounters: Encounter[]; claims: Claim[]; requests: Request[]; tallies: Tally[]; incidents: Incident[]; indicators: Indicator[];
  corrections: Correction[];
}

export interface Document {
  number: number; short: string; key: string; kind: string; title: string; author: string | null; organization: string | null; date: string | null;
  url: string | null; urldate: string | null; sha256: string | null; note: string | null;
}

export type Piece =
  | { text: string } | { strong: string } | { emphasis: string }
  | { figure: [string, string] } | { cites: [string, number, string][] };
export interface Block { kind: "p" | "h" | "li"; pieces: Piece[] }
export interface Pan { heading: string; headline: string; lines: string[]; anchor: string }
export interface Overview {
  settings: { title: string; subtitle: string | null; country: string; iso3: string; campaign: string; as_of: string; questions: string[]; limits: string[] };
  version: string; edition: string; campaign_name: string; pans: Pan[]; verdict: string | null; verdict_rule: string;
  counts: Record<string, number>; sections: { heading: string; blocks: Block[] }[];
  choices: { name: string; options: string[] }[]; estimators: [string, string][];
}

export interface Interval { estimate: number; low: number; high: number }
export interface Joint { kind: "dates" | "units"; cells: number; placebos: number; p_median: number; p_share: number; p_mean_z: number; error: number }
export interface Answer {
  question: { id: string; name: string; date: string; date_is: string; month: string; first_month: string; also_in_window: string[] };
  whole_grid: boolean; months_after: number | null;
  summary: {
    cells: number; estimated: number; excluded: Record<string, number>; middle: Interval | null; central: [number, number] | null;
    extremes: [number, number] | null; below: number; wholly_below: number; wholly_above: number; before_after: number | null;
  };
  explained: { choice: string; share: number }[] | null;
  dates: Joint | null; units: Joint | null;
  verdict: {
    word: "Below" | "Above" | "Disagree" | "CannotTell"; specifications: number; wholly_below: number; wholly_above: number; joint_p: number | null;
    smallest_detectable: { decrease: number; increase: number } | null;
  };
}
export interface Weighing {
  panel_sources: { dataset: string; version: string; attribution: string; licence: string; computed: string; sha256: string; notes: string }[];
  answers: Answer[]; not_asked: [string, string][]; plan: { level: number; seed: number; draws: number } | null;
  figures: { id: string; text: string; printed: string; value: number | null; how: string }[];
  transparency: { criteria: { question: string; rule: string; met: number; of: number; grade: "None" | "Minimal" | "Intermediate" | "Full" }[]; points: number; possible: number };
}
export interface Specifications { id: string; levels: string[]; estimate: number[]; low: number[]; high: number[]; excluded: [string, number][] }

export interface CountsTable {
  file: string; dataset: string; version: string; area: "country" | "admin1" | "admin2"; by_actor: boolean; by_type: boolean;
  from: string; to: string; measures: string[]; rows: number; small_cells?: number;
}
export interface Texts { texts: string[]; rows: number[] }
export interface Columns { country: Texts; admin1: Texts; admin2: Texts; actor_a: Texts; actor_b: Texts; event_type: Texts; month: number[]; values: (number | null)[][] }
export interface Listed { name: string; bytes: number; sha256: string }
export interface Thing {
  code: string; kind: "chart" | "figure" | "sentence" | "entry"; id: string; text: string; how: string | null;
  place: { file: string; line: number; sha256: string } | null;
  data: { name: string; file: string | null; lines: string | null; sha256: string | null; attribution: string; licence: string; computed: string }[];
  documents: { key: string; title: string; locator: string; url: string | null; sha256: string | null; secondary: boolean }[]; figures: string[];
}
export interface MapData { width: number; height: number; note: string | null; attribution: string; areas: { name: string; path: string }[]; disputed: string[]; names: Record<string, number> }
