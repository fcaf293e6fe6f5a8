import type { Language } from "../app";

/** Codes of the region, by which the browser knows the names of countries in every language; others stand as their code. */
const ALPHA2: Record<string, string> = {
  AFG: "AF", BGD: "BD", BTN: "BT", CHN: "CN", IND: "IN", IRN: "IR", IRQ: "IQ", KAZ: "KZ", KGZ: "KG", LKA: "LK", MDV: "MV", MMR: "MM", NPL: "NP", PAK: "PK",
  SYR: "SY", TJK: "TJ", TKM: "TM", TUR: "TR", UZB: "UZ", YEM: "YE",
};

export function countryName(code: string, language: Language): string {
  const short = ALPHA2[code];
  if (!short) return code;
  return new Intl.DisplayNames([language], { type: "region" }).of(short) ?? code;
}
