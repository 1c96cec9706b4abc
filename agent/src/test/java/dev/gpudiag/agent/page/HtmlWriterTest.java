package dev.gpudiag.agent.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlWriterTest {

    private final HtmlWriter html = new HtmlWriter(100);

    @Test
    void anElementEndsWithTheBlockThatOpenedIt() {
        try (var _ = html.open("ul", "class", "plain")) {
            html.element("li", "one");
            try (var _ = html.open("li")) {
                html.text("two");
            }
        }

        assertThat(html.toString()).isEqualTo("<ul class=\"plain\"><li>one</li><li>two</li></ul>");
    }

    @Test
    void noTextAndNoAttributeIsMarkup() {
        html.element("p", "<script>alert('1')</script> & \"more\"", "id", "\"><script>");

        assertThat(html.toString())
                .isEqualTo("<p id=\"&quot;&gt;&lt;script&gt;\">"
                        + "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;</p>");
    }

    @Test
    void aNameIsSetApartAndCut() {
        assertThat(html.name("<b>" + "x".repeat(10_000)).toString())
                .startsWith("<bdi>&lt;b&gt;xxx")
                .endsWith("… (9883 more characters)</bdi>")
                .hasSizeLessThan(200);
    }

    @Test
    void thereIsNoWayToWriteAScriptAStyleOrAnEventHandler() {
        assertThatThrownBy(() -> html.element("script", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> html.element("p", "", "onclick", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> html.element("p", "", "style", "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> html.element("p", "", "class")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @SuppressWarnings("resource") // that is the mistake
    void aDocumentWithAnOpenElementIsAMistakeThatIsTold() {
        html.open("p");

        assertThatThrownBy(html::toString)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not closed: [p]");
    }
}
