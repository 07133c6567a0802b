//! Tells the language and script of a text: the ISO 639-3 code and the script's name.

use lumos_function::{serve, Context, FunctionError};
use whatlang::{detect, Info};

fn main() {
    serve(handle)
}

fn handle(context: &mut Context, payload: &[u8]) -> Result<Vec<u8>, FunctionError> {
    let text = context.deserialize(|| std::str::from_utf8(payload))?;
    let info = context.compute(|| tell(text))?;
    Ok(context.serialize(|| render(&info)))
}

fn tell(text: &str) -> Result<Info, FunctionError> {
    detect(text).ok_or_else(|| FunctionError::new("the text is in no language"))
}

fn render(info: &Info) -> Vec<u8> {
    format!("{} {}", info.lang().code(), info.script()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        String::from_utf8(render(&tell(text).expect("a language"))).expect("text")
    }

    // Article 1 of the Universal Declaration of Human Rights.
    #[test]
    fn tells_languages_apart() {
        let texts = [
            ("eng Latin", "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood."),
            ("deu Latin", "Alle Menschen sind frei und gleich an W\u{fc}rde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Br\u{fc}derlichkeit begegnen."),
            ("fra Latin", "Tous les \u{ea}tres humains naissent libres et \u{e9}gaux en dignit\u{e9} et en droits. Ils sont dou\u{e9}s de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternit\u{e9}."),
        ];
        for (language, text) in texts {
            assert_eq!(told(text), language);
        }
    }

    #[test]
    fn refuses_what_is_no_text() {
        for text in ["", "12345 67890 !?"] {
            let error = tell(text).expect_err("no language");
            assert_eq!(error.message(), "the text is in no language");
        }
    }
}
