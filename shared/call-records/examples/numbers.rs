//! Prints what each number means, as Markdown: what `NUMBERS.md` holds.

fn main() {
    print!("{}", call_records::definitions::reference());
}
